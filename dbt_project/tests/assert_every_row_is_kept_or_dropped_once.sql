{{ config(meta={"dagster": {"ref": {"name": "clean_conversations"}}}) }}

with

accounted as (

    select record_id from {{ ref('clean_conversations') }}
    union all
    select record_id from {{ ref('dropped_conversations') }}

),

staged as (

    select record_id from {{ ref('stg_chat_logs') }}

),

missing_or_invented as (

    select coalesce(staged.record_id, accounted.record_id) as record_id
    from staged
    full outer join accounted on staged.record_id = accounted.record_id
    where staged.record_id is null or accounted.record_id is null

),

counted_twice as (

    select record_id
    from accounted
    group by record_id
    having count(*) > 1

),

unbalanced as (

    select record_id from missing_or_invented
    union all
    select record_id from counted_twice

)

select * from unbalanced
