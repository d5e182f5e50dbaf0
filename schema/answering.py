"""From a mutation's input to a verb's request, and from the verb's outcome to the payload."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar, cast

import strawberry
from graphql import GraphQLResolveInfo
from strawberry.types.unset import UNSET

from mirror.measures import Measures
from resolvers.context import Context
from resolvers.outcome import (
    Outcome,
    PaymentActionRequired,
    PaymentAuthorized,
    PaymentOutcome,
    PaymentProcessing,
    PaymentSucceeded,
    UserError,
)
from resolvers.reading.plain import shape
from resolvers.reading.reader import Reader
from resolvers.reading.selection import TYPE, Operation, Selected
from resolvers.sync_object import SyncObjectOutcome

Request = TypeVar("Request")
Payload = TypeVar("Payload")


@dataclass(frozen=True, slots=True)
class Execution:
    """What graphql-core hands to every resolver."""

    context: Context
    reader: Reader
    measures: Measures


Info = strawberry.Info[Execution, None]


def as_given(request: type[Request], input: Any, **converted: Any) -> Request:
    """The verb's request with the input's fields of the same names; left out becomes None."""
    values = {field.name: getattr(input, field.name) for field in fields(request)}  # type: ignore[arg-type]
    return request(**{name: None if value is UNSET else value for name, value in values.items()} | converted)


async def answer(
    info: Info, payload: type[Payload], verb: Callable[[Context, Request], Awaitable[Outcome]], request: Request
) -> Payload:
    """Run the verb, and shape its outcome into what was selected of the payload."""
    outcome = await verb(info.context.context, request)
    return await finish(info, payload, plain(outcome))


async def finish(info: Info, payload: type[Payload], answered: Mapping[str, Any]) -> Payload:
    """Shape plain data, by the contract's field names, into what was selected of the payload.

    What graphql-core gets is the finished answer by response key; to the types of the contract it is a payload.
    """
    execution = info.context
    refused = answered["userErrors"]
    execution.measures.mutation(info._raw_info.field_name, refused[0]["code"] if refused else "OK")
    return cast(Payload, await shape(execution.reader, execution.context, answered, selected(info._raw_info)))


def selected(info: GraphQLResolveInfo[Execution]) -> Selected:
    """The field that graphql-core is resolving."""
    return Selected(
        response_key=str(info.path.key),
        parent=info.parent_type,
        field=info.parent_type.fields[info.field_name],
        name=info.field_name,
        arguments={},
        nodes=info.field_nodes,
        operation=Operation(info.schema, info.fragments, info.variable_values),
    )


def plain(outcome: Outcome) -> dict[str, Any]:
    """The outcome as plain data, by the contract's field names."""
    return {
        "customer": outcome.customer,
        "subscription": outcome.subscription,
        "subscriptions": outcome.subscriptions,
        "invoice": outcome.invoice,
        "invoiceItem": outcome.invoice_item,
        "charge": outcome.charge,
        "paymentMethod": outcome.payment_method,
        "created": outcome.created,
        "clientSecret": outcome.client_secret,
        "payment": payment(outcome.payment),
        "userErrors": plain_errors(outcome.errors),
    }


def object_synced(info: Info, outcome: SyncObjectOutcome) -> dict[str, Any]:
    """The outcome of syncObject as plain data; what the contract shows of Stripe's objects are its nodes."""
    node = None
    if outcome.key is not None:
        raw = info._raw_info
        named = {each.name for each in raw.schema.get_possible_types(raw.schema.type_map["Node"])}  # type: ignore[arg-type]
        types = info.context.reader.declarations.types
        name = next((name for name in named if types[name].table.object_name == outcome.key.type), None)
        node = name and {TYPE: name, "id": outcome.key.id}
    return {"node": node, "found": outcome.found, "userErrors": plain_errors(outcome.errors)}


def plain_errors(errors: Sequence[UserError]) -> list[Mapping[str, Any]]:
    return [_user_error(error) for error in errors]


def payment(outcome: PaymentOutcome | None) -> dict[str, Any] | None:
    """How the money went, as plain data."""
    match outcome:
        case None:
            return None
        case PaymentSucceeded(amount, currency):
            return {TYPE: "PaymentSucceeded", "amount": {"minorUnits": amount, "currency": currency}}
        case PaymentAuthorized(amount, currency, capture_before):
            held = {"minorUnits": amount, "currency": currency}
            return {TYPE: "PaymentAuthorized", "amount": held, "captureBefore": capture_before}
        case PaymentActionRequired():
            return {
                TYPE: "PaymentActionRequired",
                "clientSecret": outcome.client_secret,
                "intent": outcome.intent.value,
                "hostedInvoiceUrl": outcome.hosted_invoice_url,
            }
        case PaymentProcessing(payment_intent):
            return {TYPE: "PaymentProcessing", "paymentIntent": payment_intent}
    return {
        TYPE: "PaymentFailed",
        "code": outcome.code,
        "declineCode": outcome.decline_code,
        "message": outcome.message,
    }


def _user_error(error: UserError) -> Mapping[str, Any]:
    detail = asdict(error.stripe) if error.stripe else None
    return {
        "code": error.code.value,
        "message": error.message,
        "path": error.path,
        "retryable": error.retryable,
        "operation": error.operation,
        "stripe": detail
        and {
            "code": detail["code"],
            "declineCode": detail["decline_code"],
            "param": detail["param"],
            "requestId": detail["request_id"],
            "docUrl": detail["doc_url"],
        },
    }
