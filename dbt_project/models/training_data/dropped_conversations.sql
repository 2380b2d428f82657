with

judged as (

    select * from {{ ref('int_chat_logs_judged') }}

),

dropped as (

    select
        record_id,
        conversation_id,
        message_id,
        drop_reason,
        matched_record_id
    from judged
    where drop_reason is not null

)

select * from dropped
