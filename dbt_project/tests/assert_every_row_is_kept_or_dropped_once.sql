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

    (select record_id from staged except all select record_id from accounted)
    union all
    (select record_id from accounted except all select record_id from staged)

)

select * from missing_or_invented
