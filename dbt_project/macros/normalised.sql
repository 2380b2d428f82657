{% macro normalised(column) %}
{#- NFC, lower case, each run of white space one space: equal for texts that a reader calls the same. -#}
lower(trim(regexp_replace(nfc_normalize({{ column }}), '\s+', ' ', 'g')))
{% endmacro %}
