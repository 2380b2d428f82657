{% macro prepare_sources() -%}
{#- Runs before every build: what `source()` names has to stand in the target. -#}
{{ return(adapter.dispatch('prepare_sources', 'ai_data_platform')()) }}
{%- endmacro %}

{% macro default__prepare_sources() -%}
{%- endmacro %}

{% macro duckdb__prepare_sources() -%}
{%- if execute and not view_of_files('raw_chat_logs', raw_days()) -%}
    {{ exceptions.raise_compiler_error(
        'no file at ' ~ raw_days() ~ ': run `aidp run raw_chat_logs` first, or set AIDP_LAKE'
    ) }}
{%- endif -%}
{%- do view_models() -%}
{%- endmacro %}

{% macro spark__prepare_sources() -%}
create table if not exists {{ target.schema }}.raw_chat_logs
using parquet
location '{{ env_var("AIDP_LAKE", "../.aidp/lake") }}/raw_chat_logs'
{%- endmacro %}

{% macro raw_days() -%}
{{ return(env_var('AIDP_LAKE', '../.aidp/lake') ~ '/raw_chat_logs/*.parquet') }}
{%- endmacro %}

{% macro view_models() -%}
{#- A part of the models reads the files of the others, and `dbt docs generate` reads the columns of all. -#}
{%- for node in (graph.nodes.values() if execute else []) if node.resource_type == 'model' -%}
    {%- do view_of_files(node.name, adapter.external_root() ~ '/' ~ node.name ~ '.parquet') -%}
{%- endfor -%}
{%- endmacro %}

{% macro view_of_files(name, pattern) -%}
{#- Whether there are files to make a view of. -#}
{%- set found = run_query('select count(*) from glob(' ~ literal(pattern) ~ ')')[0][0] > 0 -%}
{%- if found -%}
    {%- do run_query(
        'create or replace view ' ~ target.schema ~ '.' ~ name
        ~ ' as select * from read_parquet(' ~ literal(pattern) ~ ')'
    ) -%}
{%- endif -%}
{{ return(found) }}
{%- endmacro %}
