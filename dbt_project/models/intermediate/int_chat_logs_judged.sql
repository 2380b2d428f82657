with

exchanges as (

    select * from {{ ref('stg_chat_logs') }}

),

questions_normalised as (

    select
        *,
        {{ normalised('user_message') }} as question
    from exchanges

),

rules_applied as (

    select
        *,
        case
            when user_message = '' then 'empty_user_message'
            when assistant_message = '' then 'empty_assistant_message'
            when
                {{ is_test_traffic('question', 'user_id') }}
                then 'test_traffic'
            when
                rating is null and not {{ var('sft_keep_unrated') }}
                then 'unrated'
            when
                rating < {{ var('sft_min_rating') }}
                then 'rating_below_minimum'
            when
                length(user_message) <= {{ var('min_user_characters') }}
                then 'user_message_too_short'
            when
                length(assistant_message)
                <= {{ var('min_assistant_characters') }}
                then 'assistant_message_too_short'
        end as own_reason
    from questions_normalised

),

/*
Exchanges that open a conversation are compared by text. A later turn means
what it means only after the turns before it, so whole conversations are
compared where they are assembled.
*/
texts_hashed as (

    select
        record_id,
        conversation_id,
        message_id,
        created_at,
        rating,
        own_reason,
        length(assistant_message) as answer_length,
        case
            when own_reason is null and turn_index = 0
                then
                    {{ hashed(
                        "question || chr(10) || " ~ normalised('assistant_message')
                    ) }}
        end as text_hash
    from rules_applied

),

ids_compared as (

    select
        *,
        first_value(record_id) over (
            partition by message_id, own_reason is null
            order by created_at asc, {{ by_bytes('record_id') }} asc
        ) as first_with_id
    from texts_hashed

),

texts_chosen as (

    select
        *,
        case
            when text_hash is not null and record_id = first_with_id
                then text_hash
            else record_id
        end as text_key
    from ids_compared

),

-- The survivor has the best rating, then the longest answer, then came first.
texts_compared as (

    select
        *,
        first_value(record_id) over (
            partition by text_key
            order by
                rating desc nulls last,
                answer_length desc,
                created_at asc,
                {{ by_bytes('record_id') }} asc
        ) as first_with_text
    from texts_chosen

),

judged as (

    select
        record_id,
        conversation_id,
        message_id,
        case
            when own_reason is not null then own_reason
            when record_id != first_with_id then 'repeated_message_id'
            when record_id != first_with_text then 'exact_duplicate'
        end as drop_reason,
        case
            when own_reason is not null then null
            when record_id != first_with_id then first_with_id
            when record_id != first_with_text then first_with_text
        end as matched_record_id
    from texts_compared

)

select * from judged
