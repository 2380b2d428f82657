{% macro normalised(text) -%}
{#-
    Of a trimmed text: normal form C, small letters, each run of white space one space. Equal for texts
    that a reader calls the same. A space that stands alone is not replaced by itself: that would take
    seven times as long.
-#}
{%- set space = '[' ~ spaces() ~ ']' -%}
{%- set other_space = '[' ~ spaces() | replace(' ', '') ~ ']' -%}
{{ small(replaced_everywhere(composed(text), ' ' ~ space ~ '+|' ~ other_space ~ space ~ '*', ' ')) }}
{%- endmacro %}
