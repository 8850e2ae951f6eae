"""Marks a finished PDF as PDF/X-4, the form in which print shops take blind exchange (ISO 15930-7)."""

import hashlib
from datetime import UTC, datetime
from html import escape
from uuid import NAMESPACE_OID, UUID, uuid5

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from app.press.inks import require_cmyk_profile

PRESS_VERSION = "1.6"
"""ISO 15930-7:2010, section 6.1: what the file is written as; give it to `save` as `min_version`."""

PRODUCER = "Hop Ke"
REGISTRY = "http://www.color.org"

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfxid="http://www.npes.org/pdfx/ns/id/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/">
<pdfxid:GTS_PDFXVersion>PDF/X-4</pdfxid:GTS_PDFXVersion>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<pdf:Producer>{producer}</pdf:Producer>
<pdf:Trapped>False</pdf:Trapped>
<xmp:CreateDate>{made_at}</xmp:CreateDate>
<xmp:ModifyDate>{made_at}</xmp:ModifyDate>
<xmp:MetadataDate>{made_at}</xmp:MetadataDate>
<xmp:CreatorTool>{producer}</xmp:CreatorTool>
<xmpMM:DocumentID>uuid:{document}</xmpMM:DocumentID>
<xmpMM:RenditionClass>default</xmpMM:RenditionClass>
<xmpMM:VersionID>1</xmpMM:VersionID>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


def mark_for_press(
    pdf: pikepdf.Pdf, *, profile: bytes, condition: str, title: str, made_at: datetime
) -> None:
    """Say in a PDF for which press it was made, when, and that it is PDF/X-4.

    The last step before `save(min_version=PRESS_VERSION, deterministic_id=True)`, which adds the /ID. The
    colours must be inks already, and every page must have its own /TrimBox and /BleedBox, which are not
    inherited. The same content, title and time give the same bytes.

    Args:
        pdf: complete.
        profile: the press's ICC output profile, for four inks.
        condition: the printing condition's name in the ICC's registry, such as FOGRA39.
        title: the document's title; never a code or a key.
        made_at: aware.

    Raises:
        InksError: the profile is not one of a press with four inks.
        ValueError: `made_at` has no time zone, or the title is empty.

    Source: ISO 15930-7:2010, sections 6.1 to 6.3 and 6.16; ISO 32000-1, sections 14.3, 14.11.5 and 14.11.6.
    """
    if made_at.tzinfo is None:
        raise ValueError("made_at needs a time zone")
    if not title.strip():
        raise ValueError("a file for a press needs a title")
    require_cmyk_profile(profile, where=condition)
    moment = made_at.astimezone(UTC).replace(microsecond=0)
    document = _document_id(pdf, profile, condition, title, moment)
    pdf.Root.Version = Name(f"/{PRESS_VERSION}")
    pdf.Root.OutputIntents = Array([pdf.make_indirect(_output_intent(pdf, profile, condition))])
    metadata = pdf.make_stream(
        _XMP.format(
            title=escape(title, quote=False),
            producer=PRODUCER,
            made_at=f"{moment:%Y-%m-%dT%H:%M:%S}Z",
            document=document,
        ).encode()
    )
    metadata.Type, metadata.Subtype = Name.Metadata, Name.XML
    pdf.Root.Metadata = metadata
    for key in list(pdf.docinfo.keys()):  # whatever a tool left there may contradict the metadata
        del pdf.docinfo[key]
    dated = String(f"D:{moment:%Y%m%d%H%M%S}Z")
    for key, value in {
        "/Title": String(title),
        "/Producer": String(PRODUCER),
        "/Creator": String(PRODUCER),
        "/CreationDate": dated,
        "/ModDate": dated,
        "/Trapped": Name("/False"),
    }.items():
        pdf.docinfo[key] = value


def _output_intent(pdf: pikepdf.Pdf, profile: bytes, condition: str) -> Dictionary:
    embedded = pdf.make_stream(profile)
    embedded.N = 4
    return Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFX,
        OutputConditionIdentifier=String(condition),
        OutputCondition=String(condition),
        RegistryName=String(REGISTRY),
        Info=String(condition),
        DestOutputProfile=embedded,
    )


def _document_id(pdf: pikepdf.Pdf, profile: bytes, condition: str, title: str, moment: datetime) -> UUID:
    """Return a name for the document that another content, title or time would change."""
    digest = hashlib.sha256(profile)
    for part in (condition, title, moment.isoformat()):
        digest.update(part.encode() + b"\0")
    for page in pdf.pages:
        contents = page.obj.get("/Contents", Array())
        for stream in contents if isinstance(contents, Array) else [contents]:
            digest.update(stream.read_raw_bytes())
    return uuid5(NAMESPACE_OID, digest.hexdigest())
