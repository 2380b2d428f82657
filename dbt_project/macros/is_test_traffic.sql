{% macro is_test_traffic(message, user_id) %}
{#-
    A marker that stands for the whole message, or a test account. The word inside a sentence is no
    marker: "latest", "contest" and "you are testing my patience" stay.
-#}
(
    regexp_full_match(
        lower({{ message }}),
        '\W*((this is |just )?(a |just a )?test(ing)?( message| run| please ignore|, please ignore)?(\W+[0-9]+)*|test test|asdf+|qwerty|lorem ipsum.*)\W*'
    )
    or coalesce(regexp_full_match(lower({{ user_id }}), '(test|qa|dummy)([-_:.].*|[0-9]*)'), false)
)
{% endmacro %}
