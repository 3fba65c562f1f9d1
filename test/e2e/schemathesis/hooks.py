"""What the description of the API cannot say: what there is, which token the requests present, and what today is."""

import json
import os
import zlib

import schemathesis

# By the beginning of a path: the values of its parameters that name something.
KNOWN = json.loads(os.environ["KEYSIDE_TEST_KNOWN"])
# The ids of the token and of the user that the requests come from: whoever takes those away ends the run.
OWN = json.loads(os.environ["KEYSIDE_TEST_OWN"])


@schemathesis.hook
def before_call(context, case, kwargs):
    """Lets every other valid call name something that exists, and no call end its own token or its user."""
    path, parameters = case.operation.path, case.path_parameters or {}
    for start, own in OWN.items():
        if path.startswith(start) and str(parameters.get("id")) == str(own):
            parameters["id"] = KNOWN[start]["id"][0]
    if not is_valid(case):
        return
    chance = zlib.crc32(repr((path, parameters, case.query, case.body)).encode())
    for start, known in KNOWN.items():
        if path.startswith(start) and chance % 2 == 0:
            for name in known.keys() & parameters.keys():
                parameters[name] = known[name][chance // 2 % len(known[name])]


# Rules that are told as errors of a parameter, though no schema can say them.
RULES = (
    "is not a date after today",
    "is later than",
    "begins more than 366 days",
    "creates none with more scopes than its own",
    "current_password is wrong",
    # Of groups at the top alone: the schema does not know where one is to be.
    "it is a reserved word",
    # Which bytes are a public key.
    "is cut off or mistyped",
    "is an RSA key of",
    # The grammar of a registry's scopes.
    "is not a scope: ",
    "scopes are too many",
    "different groups and projects: ask for fewer",
)


@schemathesis.check
def only_rules_refuse(ctx, response, case):
    """A valid call is refused by rules alone: 400 with a message, or one of those above."""
    if is_valid(case) and response.status_code == 400:
        answer = response.json()
        if "message" not in answer and not tells_of_rule(answer["error"], case.body):
            raise AssertionError(f"fits the schema, and is refused: {response.text}")


def tells_of_rule(error, body):
    # A project without a path gets one from its name, which may be none.
    is_derived = isinstance(body, dict) and "path" not in body and error.startswith("path is invalid")
    return is_derived or any(rule in error for rule in RULES)


def is_valid(case):
    return case.meta is not None and case.meta.generation.mode.value == "positive"
