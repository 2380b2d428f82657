{% macro normalised(column) %}
{#-
    NFC, lower case, each run of white space one space: equal for texts that a reader calls the same.
    A space that stands alone is not replaced by itself: that would take seven times as long.
-#}
lower(trim(regexp_replace(nfc_normalize({{ column }}), '\s\s+|[^\S ]', ' ', 'g')))
{% endmacro %}
