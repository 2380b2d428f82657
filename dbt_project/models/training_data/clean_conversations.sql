with

exchanges as (

    select * from {{ ref('stg_chat_logs') }}

),

judged as (

    select * from {{ ref('int_chat_logs_judged') }}

),

kept as (

    select exchanges.*
    from exchanges
    inner join judged on exchanges.record_id = judged.record_id
    where judged.drop_reason is null

)

select * from kept
