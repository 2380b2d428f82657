{% materialization external, adapter='duckdb' -%}
{#-
    A model as a Parquet file, streamed: dbt-duckdb's own holds the whole table in memory before it writes,
    and leaves a row of nulls in the file of an empty model. `meta.order_by` of the model sorts the file.
-#}
{%- set target_relation = this.incorporate(type='view') -%}
{%- set location = external_location(this, config) -%}

{{ run_hooks(pre_hooks) }}

{% call statement('main') -%}
    copy ({{ in_order(compiled_code, config.get('meta', {}).get('order_by', [])) }})
    to {{ literal(location) }} (format parquet)
{%- endcall %}

{% call statement('view') -%}
    create or replace view {{ target_relation }} as
    select * from read_parquet({{ literal(location) }})
{%- endcall %}

{{ run_hooks(post_hooks) }}
{% do persist_docs(target_relation, model) %}
{{ adapter.commit() }}
{{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{% macro in_order(query, columns) -%}
{%- if columns -%}
select * from (
{{ query }}
) as made
order by {{ columns | join(', ') }}
{%- else -%}
{{ query }}
{%- endif %}
{%- endmacro %}
