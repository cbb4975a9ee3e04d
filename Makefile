# Flyers BFF: every command of the project, each from a bare clone; it needs make, sh and Python 3.11 or newer.

.DEFAULT_GOAL := help
.PHONY: help setup run test storm client test-contract test-browser screenshots lint check format style types imports migrations schema deploy serve upstream bench lock
.PHONY: prod-build prod-up prod-down prod-logs prod-migrate prod-shell check-secret

python := .venv/bin/python
# In production, on a machine with Docker and without a .venv. TLS_DIRECTORY has to be set (deploy/README.md).
compose := docker compose -f compose.yaml -f deploy/compose.production.yaml

# Slow, and no proof of a single rule: these have targets of their own.
quick := --ignore=tests/contract --ignore=tests/browser
# What holds in front of a flyer service that offers its feed alone, too. Which it is a process knows from its start.
feed := tests/feed_alone tests/favorites tests/flyers_proxy/test_either_service.py tests/flyers_proxy/test_parameters.py
feed_alone = echo 'In front of a flyer service that offers its feed alone:' && TEST_FLYERS_OFFERS=feed $(python) -m pytest -q $(feed)

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s%s\n", $$1, $$2 }' Makefile

setup: ## make .venv hold what poetry.lock says (every command below but those of production begins with it)
	@sh tools/setup.sh

run: setup .env ## the example app on :5173, the BFF on :8000 and the bundled services from :9000 on, until Ctrl-C
	@$(python) -m tools.run

# Coverage needs the suite on all stores: some lines are for one of them alone. Two processes share the tests where each has stores
# of its own; PostgreSQL and Redis are there once.
test: setup ## the test suite; with coverage, and again on TEST_DATABASE_URL and TEST_CACHE_URL, where they are set
	@echo 'On SQLite and the cache in the process:'
	@if [ -z "$$TEST_DATABASE_URL$$TEST_CACHE_URL" ]; then \
		$(python) -m pytest -q -n 2 --dist loadfile $(quick) && $(feed_alone) -n 2 --dist loadfile; \
	else \
		(unset TEST_DATABASE_URL TEST_CACHE_URL; $(python) -m pytest -q $(quick) --cov --cov-fail-under=0 && \
			$(feed_alone) --cov --cov-append --cov-fail-under=0) && \
		echo 'On TEST_DATABASE_URL and TEST_CACHE_URL:' && $(python) -m pytest -q $(quick) --cov --cov-append; \
	fi

storm: setup ## 60 people book, move and swap the same days at once, on SQLite and on PostgreSQL; STORM=--kill kills a server
	@$(python) -m tests.reservations.storm $(STORM)

client: setup ## renew the types of examples/client-ts from the schema, and judge it (needs Node 20)
	cd examples/client-ts && npm ci --no-progress && npm run types && npm run check

test-contract: setup ## tools that know the published schema alone, let loose on the running service
	@$(python) -m pytest -q tests/contract
	@echo 'In front of a flyer service that offers its feed alone:'
	@TEST_FLYERS_OFFERS=feed $(python) -m pytest -q tests/security tests/contract/test_fuzzing.py tests/contract/test_python_client.py

test-browser: setup ## the example app and Swagger UI in a real browser (Chromium, see tools/install-browser.sh)
	@$(python) -m pytest -q -rs tests/browser

check: lint test test-contract test-browser ## the one gate: all that must hold before a change lands

lint: format style types imports migrations schema deploy ## the gate without the tests

format: setup
	$(python) -m ruff format --check .

style: setup
	$(python) -m ruff check .

types: setup
	$(python) -m mypy

imports: setup
	.venv/bin/lint-imports --no-logo

migrations: setup
	$(python) manage.py makemigrations --check --settings tests.settings

schema: setup # A change that was meant: cp .run/openapi.yaml tests/openapi.yaml && make client
	@mkdir -p .run
	$(python) manage.py spectacular --validate --fail-on-warn --settings tests.settings --file .run/openapi.yaml
	diff -u tests/openapi.yaml .run/openapi.yaml

deploy: setup
	DEBUG=False ALLOWED_HOSTS=flyers.example PUBLIC_URL=https://flyers.example FLYERS_API_TOKEN=not-a-key \
	SECRET_KEY=not-a-secret-but-long-enough-for-this-check-of-a-deployment \
	JWT_SIGNING_KEY=not-a-secret-either-but-long-enough-for-this-check \
	$(python) manage.py check --deploy --fail-level WARNING

serve: setup ## the production server alone, as the environment says
	@$(python) -m config.server

upstream: setup ## the bundled services alone: flyers on :9000, movies on :9001, a store on :9002
	@$(python) -m mock_upstream --port $${MOCK_PORT:-9000}

bench: setup ## the figures of docs/performance.md (needs wrk); BENCH=--quick takes four minutes
	@$(python) -m benchmarks $(BENCH)

screenshots: setup ## the pictures in docs/images, of the example app as it is now (needs Chromium)
	@$(python) -m tests.browser.screenshots

lock: ## renew poetry.lock
	@sh tools/setup.sh lock

prod-build: ## production (deploy/README.md): build the image
	@$(compose) build

prod-up: check-secret ## production: start everything, and return when it answers
	@$(compose) up --detach --wait

prod-down: ## production: stop and remove everything but the data
	@$(compose) down

prod-logs: ## production: what all services log, from now on
	@$(compose) logs --follow --tail 100

prod-migrate: ## production: bring the database up to date
	@$(compose) run --rm migrate

prod-shell: ## production: a Python shell in one of the servers
	@$(compose) exec bff-1 python manage.py shell

check-secret: ## production: are the secrets in deploy/production.env real ones, and for its owner alone?
	@python3 tools/check_secrets.py deploy/production.env

.env: | setup
	@$(python) tools/env.py .env.example .env
