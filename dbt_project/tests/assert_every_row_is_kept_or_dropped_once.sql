{{ config(meta={"dagster": {"ref": {"name": "clean_conversations"}}}) }}

with

places as (

    select
        record_id,
        1 as staged,
        0 as accounted
    from {{ ref('stg_chat_logs') }}
    union all
    select
        record_id,
        0 as staged,
        1 as accounted
    from {{ ref('clean_conversations') }}
    union all
    select
        record_id,
        0 as staged,
        1 as accounted
    from {{ ref('dropped_conversations') }}

),

unbalanced as (

    select
        record_id,
        sum(staged) as staged,
        sum(accounted) as accounted
    from places
    group by record_id
    having sum(staged) != 1 or sum(accounted) != 1

)

select * from unbalanced
