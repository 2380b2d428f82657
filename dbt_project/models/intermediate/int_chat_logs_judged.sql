with

exchanges as (

    select * from {{ ref('stg_chat_logs') }}

),

checked as (

    select
        *,
        case
            when user_message = '' then 'empty_user_message'
            when assistant_message = '' then 'empty_assistant_message'
            when
                {{ is_test_traffic('user_message', 'user_id') }}
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
    from exchanges

),

ids_ranked as (

    select
        *,
        first_value(record_id) over same_id as first_with_id
    from checked
    where own_reason is null
    window same_id as (
        partition by message_id
        order by created_at asc, record_id asc
    )

),

/*
Exchanges that open a conversation are compared by text. A later turn means
what it means only after the turns before it, so whole conversations are
compared where they are assembled. The survivor has the best rating, then the
longest answer, then the earliest time.
*/
texts_ranked as (

    select
        record_id,
        first_value(record_id) over same_text as first_with_text
    from ids_ranked
    where record_id = first_with_id and turn_index = 0
    window same_text as (
        partition by
            {{ normalised('user_message') }},
            {{ normalised('assistant_message') }}
        order by
            rating desc nulls last,
            length(assistant_message) desc,
            created_at asc,
            record_id asc
    )

),

judged as (

    select
        checked.record_id,
        checked.conversation_id,
        checked.message_id,
        coalesce(
            checked.own_reason,
            case
                when ids_ranked.record_id != ids_ranked.first_with_id
                    then 'repeated_message_id'
                when texts_ranked.record_id != texts_ranked.first_with_text
                    then 'exact_duplicate'
            end
        ) as drop_reason,
        case
            when ids_ranked.record_id != ids_ranked.first_with_id
                then ids_ranked.first_with_id
            when texts_ranked.record_id != texts_ranked.first_with_text
                then texts_ranked.first_with_text
        end as matched_record_id
    from checked
    left join ids_ranked on checked.record_id = ids_ranked.record_id
    left join texts_ranked on checked.record_id = texts_ranked.record_id

),

ordered as (

    select * from judged
    order by record_id

)

select * from ordered
