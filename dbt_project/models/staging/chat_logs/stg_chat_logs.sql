with

source as (

    select * from {{ source('lake', 'raw_chat_logs') }}

),

trimmed as (

    select
        record_id,
        conversation_id,
        message_id,
        parent_message_id,
        thread,
        turn_index,
        {{ trimmed('user_message') }} as user_message,
        {{ trimmed('assistant_message') }} as assistant_message,
        cast(rating as smallint) as rating,
        model,
        user_id,
        created_at,
        source_file,
        source_line
    from source

)

select * from trimmed
