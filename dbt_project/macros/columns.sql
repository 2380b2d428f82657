{% macro postgres__get_columns_in_relation(relation) -%}
{#-
    The columns of a relation, with arrays by the type of their elements: information_schema calls each of
    them ARRAY, which a unit test cannot cast to.
-#}
{% call statement('get_columns_in_relation', fetch_result=true) %}
    select
        attribute.attname as column_name,
        format_type(attribute.atttypid, null) as data_type,
        null as character_maximum_length,
        null as numeric_precision,
        null as numeric_scale
    from pg_attribute as attribute
    where attribute.attrelid = {{ literal(relation.include(database=false) | string) }}::regclass
        and attribute.attnum > 0
        and not attribute.attisdropped
    order by attribute.attnum
{% endcall %}
{{ return(sql_convert_columns_in_relation(load_result('get_columns_in_relation').table)) }}
{%- endmacro %}
