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
        trim(user_message, e' \t\r\n') as user_message,
        trim(assistant_message, e' \t\r\n') as assistant_message,
        rating,
        model,
        user_id,
        created_at,
        source_file,
        source_line
    from source

),

ordered as (

    select * from trimmed
    order by conversation_id, turn_index, message_id, record_id

)

select * from ordered
