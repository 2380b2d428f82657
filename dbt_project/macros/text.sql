{#-
    Texts, alike on DuckDB, PostgreSQL and Spark. Their own \s, \w and trim() do not agree on what white
    space or a letter is, and their lower() not on what becomes of İ and Σ: these macros name characters
    one by one and leave no choice.
-#}

{% macro spaces() -%}
{{ return("\t\n\x0b\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000") }}
{%- endmacro %}

{% macro separators() -%}
{#- Inside a class: white space, punctuation and pictures, whatever holds no letter and no digit. -#}
{{ return(spaces() ~ "!-/:-@\\[\\\\\\]^_`{-~\u00a1-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u200b-\u2027\u202a-\u206f\u20a0-\u20cf\u2190-\u2bff\u3001-\u3004\u3008-\u3020\u3030\ufe00-\ufe0f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\U0001f000-\U0001faff") }}
{%- endmacro %}

{% macro literal(text) -%}
{{ return(adapter.dispatch('literal', 'ai_data_platform')(text)) }}
{%- endmacro %}

{% macro default__literal(text) -%}
{{ return("'" ~ text | replace("'", "''") ~ "'") }}
{%- endmacro %}

{% macro spark__literal(text) -%}
{{ return("'" ~ text | replace("\\", "\\\\") | replace("'", "\\'") ~ "'") }}
{%- endmacro %}

{% macro trimmed(text) -%}
{{ return(adapter.dispatch('trimmed', 'ai_data_platform')(text)) }}
{%- endmacro %}

{% macro default__trimmed(text) -%}
trim(both {{ literal(spaces()) }} from {{ text }})
{%- endmacro %}

{% macro duckdb__trimmed(text) -%}
{#- A quarter of the time of DuckDB's trim with a list of characters. -#}
{%- set space = '[' ~ spaces() ~ ']' -%}
{{ replaced_everywhere(text, '^' ~ space ~ '+|' ~ space ~ '+$', '') }}
{%- endmacro %}

{% macro small(text) -%}
{#- Small letters, one for one; a sigma is one letter wherever it stands. -#}
{{ return(adapter.dispatch('small', 'ai_data_platform')(text)) }}
{%- endmacro %}

{% macro default__small(text) -%}
replace(lower({{ text }}), 'ς', 'σ')
{%- endmacro %}

{% macro postgres__small(text) -%}
{{ default__small('replace(' ~ text ~ ", 'İ', 'i') collate \"" ~ var('postgres_collation') ~ '"') }}
{%- endmacro %}

{% macro spark__small(text) -%}
{{ default__small('replace(' ~ text ~ ", 'İ', 'i')") }}
{%- endmacro %}

{% macro composed(text) -%}
{#- Unicode's normal form C: é is one character, however it was typed. -#}
{{ return(adapter.dispatch('composed', 'ai_data_platform')(text)) }}
{%- endmacro %}

{% macro default__composed(text) -%}
nfc_normalize({{ text }})
{%- endmacro %}

{% macro postgres__composed(text) -%}
normalize({{ text }}, NFC)
{%- endmacro %}

{% macro spark__composed(text) -%}
{#- Spark has no function for it, but carries the library that has. -#}
reflect('com.ibm.icu.text.Normalizer', 'compose', {{ text }}, false)
{%- endmacro %}

{% macro replaced_everywhere(text, pattern, replacement) -%}
{{ return(adapter.dispatch('replaced_everywhere', 'ai_data_platform')(text, pattern, replacement)) }}
{%- endmacro %}

{% macro default__replaced_everywhere(text, pattern, replacement) -%}
regexp_replace({{ text }}, {{ literal(pattern) }}, {{ literal(replacement) }}, 'g')
{%- endmacro %}

{% macro spark__replaced_everywhere(text, pattern, replacement) -%}
regexp_replace({{ text }}, {{ literal(pattern) }}, {{ literal(replacement) }})
{%- endmacro %}

{% macro matches(text, pattern) -%}
{#- Whether the pattern matches the whole text; `.` is any character, line ends too. -#}
{{ return(adapter.dispatch('matches', 'ai_data_platform')(text, '(?s)^(?:' ~ pattern ~ ')')) }}
{%- endmacro %}

{% macro default__matches(text, pattern) -%}
regexp_matches({{ text }}, {{ literal(pattern ~ '\\z') }})
{%- endmacro %}

{% macro postgres__matches(text, pattern) -%}
({{ text }} ~ {{ literal(pattern ~ '$') }})
{%- endmacro %}

{% macro spark__matches(text, pattern) -%}
({{ text }} rlike {{ literal(pattern ~ '\\z') }})
{%- endmacro %}

{% macro hashed(text) -%}
{#- SHA-256 as 64 hexadecimal digits. -#}
{{ return(adapter.dispatch('hashed', 'ai_data_platform')(text)) }}
{%- endmacro %}

{% macro default__hashed(text) -%}
sha256({{ text }})
{%- endmacro %}

{% macro postgres__hashed(text) -%}
encode(sha256(convert_to({{ text }}, 'UTF8')), 'hex')
{%- endmacro %}

{% macro spark__hashed(text) -%}
sha2({{ text }}, 256)
{%- endmacro %}

{% macro by_bytes(text) -%}
{#- A text in an `order by`, as its bytes sort, whatever the language of the database. -#}
{{ return(adapter.dispatch('by_bytes', 'ai_data_platform')(text)) }}
{%- endmacro %}

{% macro default__by_bytes(text) -%}
{{ text }}
{%- endmacro %}

{% macro postgres__by_bytes(text) -%}
{{ text }} collate "C"
{%- endmacro %}
