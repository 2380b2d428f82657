{% macro is_test_traffic(question, user_id) -%}
{#-
    A normalised message that is nothing but test words, one that begins with a marker, or a test account.
    A word inside a sentence marks nothing: "latest", "contest" and "you are testing my patience" stay.
-#}
{%- set gap = '[' ~ separators() ~ ']' -%}
{%- set phrases = var('test_messages') | join('|') | replace(' ', gap ~ '+') -%}
{%- set users = var('test_users') | join('|') -%}
(
    {%- if phrases %}
    {{ matches(question, gap ~ '*(' ~ phrases ~ ')(' ~ gap ~ '+[0-9]+)*' ~ gap ~ '*') }} or
    {%- endif %}
    {%- for marker in var('test_markers') %}
    left({{ question }}, {{ marker | length }}) = {{ literal(marker) }} or
    {%- endfor %}
    {%- if users %}
    coalesce({{ matches(small(user_id), '(' ~ users ~ ')([-_:.].*|[0-9]*)') }}, false) or
    {%- endif %}
    false
)
{%- endmacro %}
