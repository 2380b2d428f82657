{% macro duckdb__get_catalog(information_schema, schemas) -%}
{#- `dbt docs generate` opens a DuckDB of its own, in which nothing stands yet. -#}
{%- do view_of_files('raw_chat_logs', raw_days()) -%}
{%- do view_models() -%}
{{ return(dbt_duckdb.duckdb__get_catalog(information_schema, schemas)) }}
{%- endmacro %}
