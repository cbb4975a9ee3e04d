"""Statements by hand are executed as Django's cursors would, and those that watch see them."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from accounts.models import User
from accounts.sql import fetch_rows


def test_a_statement_returns_its_rows(alice, bob):
    assert fetch_rows("SELECT first_name FROM accounts_user WHERE id = %s", [alice.pk]) == [("Alice",)]
    assert fetch_rows("SELECT id FROM accounts_user WHERE id = %s", [0]) == []
    assert fetch_rows("SELECT count(*) FROM accounts_user") == [(2,)]


def test_what_writes_returns_rows_if_it_is_to(alice):
    rename = "UPDATE accounts_user SET first_name = %s WHERE id = %s"

    assert fetch_rows(f"{rename} RETURNING first_name", ["Al", alice.pk]) == [("Al",)]
    assert fetch_rows(rename, ["Alicia", alice.pk]) == []

    assert User.objects.get(pk=alice.pk).first_name == "Alicia"


def test_a_percent_sign_is_written_twice(alice):
    statement = "SELECT '100%%s' || first_name FROM accounts_user WHERE first_name LIKE 'A%%' AND id = %s"

    assert fetch_rows(statement, [alice.pk]) == [("100%sAlice",)]


def test_failures_are_those_of_django(alice, bob):
    with pytest.raises(IntegrityError), transaction.atomic():
        fetch_rows("UPDATE accounts_user SET email = %s", ["the-same@example.com"])


def test_nothing_is_executed_in_a_transaction_that_can_only_be_rolled_back(alice):
    with transaction.atomic():
        transaction.set_rollback(True)

        with pytest.raises(TransactionManagementError):
            fetch_rows("SELECT 1")


def test_each_is_counted(db, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert fetch_rows("SELECT 1") == fetch_rows("SELECT %s", [1]) == [(1,)]


def test_who_wraps_statements_wraps_these(db):
    seen = []

    def wrap(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrap):
        fetch_rows("SELECT 1")

    assert seen == ["SELECT 1"]
