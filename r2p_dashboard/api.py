"""What every endpoint of the API shares: its parameters, its days, its refusals, rows as JSON and CSV."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema_field, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import APIException, NotFound, ParseError, ValidationError
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from indicators.frames import NoMethodError
from people.english import WRITTEN_IN
from r2p_dashboard import clock
from r2p_dashboard.paging import PAGE_SIZE, PAGE_SIZE_MAX, Pages
from r2p_dashboard.renderers import ENVELOPE, CsvRenderer

NOTE = (
    "The index (0 to 100) says how much evidence of the Framework's risk factors is on record. "
    "It is not a probability, and countries are not ranked by it."
)
ISO3 = OpenApiParameter(
    "iso3", OpenApiTypes.STR, OpenApiParameter.PATH, description="ISO 3166-1 alpha-3 code, such as MMR"
)


@extend_schema_field(OpenApiTypes.DATE)
class DayText(serializers.CharField):
    """A day that `r2p_dashboard.clock` reads, and refuses in its own words."""


class Query(serializers.Serializer[Any]):
    """What an endpoint may be asked; anything else is refused, so that a misspelt filter never passes for none."""


class DatedQuery(Query):
    """Parameters of everything that depends on the day."""

    as_of = DayText(
        required=False,
        help_text="Valid day (t): nothing that happened later is seen. Left out: the installation's day.",
    )
    known_at = DayText(
        required=False,
        help_text="Knowledge day (k): nothing that became known later is seen. "
        "Left out: the same as `as_of`, or today where that is left out too.",
    )


class RowsQuery(Query):
    """Parameters of every list."""

    format = serializers.ChoiceField(["json", "csv"], required=False, help_text="`csv` is also had by Accept: text/csv")


class PagedQuery(RowsQuery):
    """Parameters of every list that comes in pages."""

    page = serializers.IntegerField(min_value=1, default=1)
    page_size = serializers.IntegerField(
        min_value=1, max_value=PAGE_SIZE_MAX, required=False, help_text=f"{PAGE_SIZE} rows if left out"
    )


class Refusal(serializers.Serializer[Any]):
    """Why a request was refused: what was found and what was wanted."""

    detail = serializers.CharField()


class About(serializers.Serializer[Any]):
    """What an answer says of all its rows."""


class Moment(About):
    """The moment that an answer shows."""

    as_of = serializers.DateField(help_text="Valid day (t)")
    known_at = serializers.DateField(help_text="Knowledge day (k)")


def moment(as_of: clock.AsOf) -> dict[str, Any]:
    """The fields of `Moment`."""
    return {"as_of": as_of.day, "known_at": as_of.known_on}


def enveloped(
    name: str, row: type[serializers.Serializer[Any]], about: type[About] = About, *, paged: bool = True
) -> serializers.Serializer[Any]:
    """The shape of a list's answer."""
    fields: dict[str, Any] = {**about().fields, "count": serializers.IntegerField(help_text="Rows on all pages")}
    if paged:
        fields["next"] = serializers.URLField(allow_null=True)
        fields["previous"] = serializers.URLField(allow_null=True)
    return inline_serializer(name, {**fields, "results": row(many=True)})


def answers(shape: object, *, csv: bool = False, missing: bool = False) -> dict[Any, Any]:
    """The responses of an endpoint, for its schema."""
    responses: dict[Any, Any] = {
        (200, "application/json"): shape,
        (400, "application/json"): OpenApiResponse(Refusal, description="A parameter that cannot be understood"),
    }
    if csv:
        responses[200, "text/csv"] = OpenApiTypes.STR
    if missing:
        responses[404, "application/json"] = OpenApiResponse(Refusal, description="Nothing here that you may see")
    return responses


def columns_of(shape: serializers.Serializer[Any], prefix: str = "") -> Iterator[str]:
    """The names of a shape's fields as columns; nested ones are joined by an underscore."""
    for name, field in shape.fields.items():
        if isinstance(field, serializers.Serializer):
            yield from columns_of(field, f"{prefix}{name}_")
        else:
            yield f"{prefix}{name}"


def absolute(request: Request, name: str, number: int) -> str:
    """The address of one row's page, without the query of the request (REST framework's own would keep `format`)."""
    return request.build_absolute_uri(reverse(name, args=[number]))


class NotReady(APIException):
    """Nothing can be scored yet."""

    status_code = 503


class InEnglish(APIView):
    """Answers in English, whatever language is active: machines read it."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Renders too, since that would else come after the language is the reader's again."""
        with translation.override(WRITTEN_IN):
            response = super().dispatch(request, *args, **kwargs)
            return response.render() if isinstance(response, Response) else response


class Endpoint(InEnglish):
    """Something that is read. `asked` holds its parameters, `as_of` the moment that it shows."""

    http_method_names = ["get", "head"]
    renderer_classes = [JSONRenderer]
    query_class: type[Query] = DatedQuery
    asked: Mapping[str, Any]
    as_of: clock.AsOf

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.asked = _asked(request, self.query_class())
        try:
            self.as_of = clock.as_of(request)
        except clock.AsOfError as error:
            raise ParseError(str(error)) from error

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[BaseRenderer, str]:
        wanted = [renderer.format for renderer in self.renderer_classes]
        found = request.query_params.get("format") or wanted[0]
        if found not in wanted and not force:
            raise ParseError(f"format is {found[:20]!r}; wanted {' or '.join(wanted)}")
        return super().perform_content_negotiation(request, force)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, Http404):
            exc = NotFound(str(exc) or None)
        elif isinstance(exc, NoMethodError):
            exc = NotReady(str(exc))
        response = super().handle_exception(exc)
        self.request.accepted_renderer = JSONRenderer()  # a refusal is always JSON
        self.request.accepted_media_type = JSONRenderer.media_type
        return response

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Keeps what somebody signed in may see out of shared caches."""
        if request.user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        return super().finalize_response(request, response, *args, **kwargs)

    @property
    def is_dated(self) -> bool:
        """Whether the request asks for a moment, not for what stands now."""
        return bool(self.request.GET.get("as_of") or self.request.GET.get("known_at"))


class RowsEndpoint(Endpoint):
    """A list, as JSON or as CSV."""

    renderer_classes = [JSONRenderer, CsvRenderer]
    row_class: type[serializers.Serializer[Any]]
    about_class: type[About] = About
    name: str
    size = PAGE_SIZE

    @property
    def columns(self) -> list[str]:
        """The header of the CSV form."""
        return [*columns_of(self.row_class()), *columns_of(self.about_class())]

    @property
    def file_name(self) -> str:
        """Of the CSV form, without its ending."""
        of = self.kwargs.get("iso3")
        return "-".join([self.name, *([of.upper()] if of else []), f"as-of-{self.as_of.day}"])

    def page(self, rows: QuerySet[Any, Any] | Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
        """The asked page of `rows` and what the envelope says of it. Raises NotFound beyond the last page."""
        pages = Pages()
        pages.page_size = self.size
        shown = pages.paginate_queryset(rows, self.request, view=self)
        assert pages.page is not None  # paginate_queryset sets it
        envelope = {
            "count": pages.page.paginator.count,
            "next": pages.get_next_link(),
            "previous": pages.get_previous_link(),
        }
        return list(shown or ()), envelope

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Names the neighbouring pages in the header too: a CSV has no other place for them."""
        data = response.data if isinstance(response.data, Mapping) else {}
        links = [
            f'<{data[key]}>; rel="{rel}"' for key, rel in (("next", "next"), ("previous", "prev")) if data.get(key)
        ]
        if links:
            response["Link"] = ", ".join(links)
        if ENVELOPE[0] in data:
            response["X-Total-Count"] = str(data[ENVELOPE[0]])
        return super().finalize_response(request, response, *args, **kwargs)


def _asked(request: Request, query: Query) -> dict[str, Any]:
    """The parameters of a request, read. Raises ParseError with what was found and what was wanted."""
    given = request.query_params
    known = sorted({*query.fields, "format"})
    for name in given:
        if name not in known:
            raise ParseError(f"{name[:40]!r} is no parameter here; wanted one of {', '.join(known)}")
        if len(given.getlist(name)) > 1:
            raise ParseError(f"{name} is given {len(given.getlist(name))} times; wanted once")
    bound = type(query)(data={name: value for name, value in given.dict().items() if value.strip()})
    try:
        bound.is_valid(raise_exception=True)
    except ValidationError as error:
        fields = bound.fields
        raise ParseError(
            "; ".join(
                f"{name} is {str(given.get(name))[:40]!r}; wanted {_wanted(fields[name])}" for name in bound.errors
            )
        ) from error
    return dict(bound.validated_data)


def _wanted(field: serializers.Field[Any, Any, Any, Any]) -> str:
    if isinstance(field, serializers.ChoiceField):
        return "one of " + ", ".join(str(choice) for choice in field.choices)
    if isinstance(field, serializers.DateField):
        return "a day such as 2024-06-30"
    if isinstance(field, serializers.IntegerField):
        least = f" from {field.min_value}" if field.min_value is not None else ""
        return f"a whole number{least}" + (f" to {field.max_value}" if field.max_value is not None else "")
    return str(field.help_text or "another value")
