{{ config(meta={"dagster": {"ref": {"name": "clean_conversations"}}}) }}

with

staged as (

    select record_id from {{ ref('stg_chat_logs') }}

),

kept as (

    select record_id from {{ ref('clean_conversations') }}

),

dropped as (

    select record_id from {{ ref('dropped_conversations') }}

),

accounted as (

    select record_id from kept
    union all
    select record_id from dropped

),

missing_or_invented as (

    select coalesce(staged.record_id, accounted.record_id) as record_id
    from staged
    full outer join accounted on staged.record_id = accounted.record_id
    where staged.record_id is null or accounted.record_id is null

),

-- Within one of the two, a record comes once: their own tests say so.
kept_and_dropped as (

    select kept.record_id
    from kept
    inner join dropped on kept.record_id = dropped.record_id

),

unbalanced as (

    select record_id from missing_or_invented
    union all
    select record_id from kept_and_dropped

)

select * from unbalanced
