"""Credit notes: endpoints of the API."""

from sandbox.api.routing import Route, get, many, post
from sandbox.credit_notes import credit_note_parameters, credit_notes

NOTE = "credit_note"
LINE = "credit_note_line_item"

ROUTES: tuple[Route, ...] = (
    many("/v1/credit_notes", credit_notes.listing, NOTE, credit_note_parameters.LIST),
    post("/v1/credit_notes", credit_notes.create, NOTE, credit_note_parameters.CREATE),
    get("/v1/credit_notes/preview", credit_notes.preview, NOTE, credit_note_parameters.PREVIEW),
    many("/v1/credit_notes/preview/lines", credit_notes.preview_lines, LINE, credit_note_parameters.PREVIEW_LINES),
    get("/v1/credit_notes/{id}", credit_notes.retrieve, NOTE),
    post("/v1/credit_notes/{id}", credit_notes.update, NOTE, credit_note_parameters.UPDATE),
    many("/v1/credit_notes/{credit_note}/lines", credit_notes.lines, LINE),
    post("/v1/credit_notes/{id}/void", credit_notes.void, NOTE),
)
