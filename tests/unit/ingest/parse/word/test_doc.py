"""A document of Word 97 to 2003 is read like the .docx that it is converted to."""

from __future__ import annotations

import base64
import zlib

import pytest

from core.errors import DocumentError
from ingest.parse import parse
from ingest.parse.word.doc import complete_properties
from testing.word import paragraph, word

# Written by LibreOffice: a heading, a footnote, superscripts, a list of two levels, and a table.
LEAVE = (
    r"c-rk+-A`Oa6hCwK8(3H<P)ez#bfuNH6qXO^H(w&9w9pT26D@XO!O{YYK$V(4G+L8BXo4S!jWH2TO`2#7>K~vl`exdfk~V#*4<;H-"
    r"Y#VKCOj&<(?(A~AuyA)Ft)zQ4zn!^r=ggctbLPyMbMKYQnKwWEI{#;iqHScMsgR58hB5&x3txDMG*vbg3WdVOp(HISy020>hgQs=4Ulv00GxnJ&2"
    r"K8wG{6m{0~xvsP$rP2>SU`lNlS+gP!PWnDx_y<0O=5&rg$h98e?qF49}FwdS)rvf8zaz?e|>kKLwa?{mXqpuKyg?38Ljd9<Tz)2UY?Fz$)MgU^P$"
    r"(tO1IEwSX6R5-"
    r"0}N0qcRMfD&K>uo2h<lmeT9G9|kYX@$yHC2de#BrsZ*6kUhxE{%2KdtEh}<oxaJ?HURW2YW^e4+n<=n;L^BPxW^XjId7ZJt)f>gI%l%GGB@dzF%5"
    r"He{K2ZmHBm1=x#*9lm*R7K`Sq?M(Wf7)w~_jWC~s02m3Ze{p6=UrN`x7D)EXsuhg3Q5^8I)(te<!C71e}UDjb>PqRktEjAixwmL_E4&?nUdGu2A7"
    r"Ay2oc=n4d)=L*PQ#aZUP%rG~%h2g^UPXdxi|3ZSn5I_W3EgIGPo-Ay55xYpqODG}*r!?w*ApUkJs;Pr=6ac;npb0!vg-r<-"
    r";G)gbR0ZGKo^$`p&dy+D)!t7tr0$6)ie3(knaMo97Tdx*jys8@=Cx{F3Q*%$eklF4@V_SS0^fY&Z0SD$<_oeL7k$BEz*M{Ep1T_ExUM&vM-L3-"
    r"78>k+FI<GN;{^qfTvHNwgU8C?~(0P@{AoqJEOek)kA^+?|2?qt*k({5NHvW?Bd&OuQq%9Vn|54WsQuyR9I=<wo?(>d_!z!*%~0(Anx{}#Q~Nr4=s"
    r"(dY-x}!9Wv!nwNpqfI_eZf{ABNmBG#7OJRVXid9{K$q&-"
    r"}P9zGLZw#CsiBjw0f7I~+#<kL2qRH;=r)4aZ=L4Vz;+jyDp0M0n4?Y+irNQ5$?fBG`jV%!svy(EgzcgH!RV?fT2a#fIBV+*c0EM_<?iev6x#%;&W"
    r"U6^8?aT|KkrhAFO;dDeeoDOhU=H(c4MmPqY;IPiiam^LsxaI<fZC;Mr)CfmyDmd)(a$HJ_a9m0Qhhtt2PkMyIlMW82;xM=m+FUb2$=VOOwl>RbYB"
    r"Bvljd#Ao`0b-"
    r"p*!#*27J)fEhJtq8(_<6xZ0?vav+W*&q3eec8io<whx9e1@+cv<S!w>N(2kjX{UD5QKQ^);Z_X9P=6bKg2GOfF^g8rphN%%!o&eAD7?48r+s$qC;"
    r"Lg(~TWH`Odm*jlB-"
    r"&+9tY<kwa(mlVyfFSEm>=PM2VU9_80zC<7S~ES=v92>;_cwgG1rVzm*QAwVV|6LjU+9=DJ@(4HltQkp~*>#TavT!Ri6q;CDLZ|>*?lOpWM0EcHHy"
    r"DyH47$?%V59mNV*nDeu=P)vHx!%vR-}A5nfxK>0F*>hXWOub&+?^<1@v{><d#k)OStt3O@+xOAoG{SP7k#(Q5iO7ASH>_v6X4SP-"
    r"=gRHU2|4;PC=R)i)bU~MHWqoH<8RZ+oZ}kWJ`~x+!D3Z&XOFKLd>Y97bI7J5go<imAVUIGDF{AEzeHN5|C{qckC21C2JEAGiqDLUi(ni%zO%&fA?"
    r"1K|x;Uin(NR01ajC!X*A*&sFR3%A?Q7h(mE7D)>dIafFQ?^5okQwzP?GebK(e<QqBq>Rcw{_&0+N=0?<51_PlN^up;c%cK4WQ&SAM%QUDxe?t+$e"
    r"S9806+injd8j98&a}4*cqX3U~uDFI#EHfhmYo#`i{mQgFKG^c0fx&<Nf}K2QMofJ)$)^gvXskp7{&^m}rcmKNn$PRQgrrzmU5jJ)8mG?xgs;ZBx}"
    r"`CyLIfNEeXuoGwo4giOMBPve(x3T#@jTgTdFK!qwF2}qWG*@jgr~}@XS1k96-"
    r"96H&cTSd(_Ce@I=31|5hwZL*ewk~MkK0+3*(z+OhwfBvFs|atNjnJ{`sR#g>C-"
    r"dTaETKoJ(Xmslzw4uSaOS({9gI)O1`+lu{ot!q&5jv94Vs*%Iq|qPYIWYUzspZhg$EWYQ4)d-?;JVKQdliFkWnV9A`v@W2Z-"
    r"bX+Mp18*MM6+IFJ)c8yj~T-jVWadXF-iE&#Iuy$<R<^_DXUp^L~vOyWgsKC{FAElQi?d;O0#r*z9>VNb%1hetTpw3x$I8NBWuMGyN4Ibr*xaH3xj"
    r"blhwQtvoT(uqi%vW@!qZE9kag5G7nmN@#C@`fW$<?MBLCM-"
    r"j`>OY?Ef26EOQ}w)!4)PnKet!Rcn%_kCM824qexDtS){_?bX2@*+@@>?YDu0;!3gG+@q%M}EoAuBv<tOm`GKv_ETiRyy9N&1<B+$S73Snds*YHBV"
    r"|N0L<L2NM"
)
DOC = zlib.decompress(base64.b85decode(LEAVE))


def test_headings_notes_lists_and_tables_are_read() -> None:
    assert parse(DOC, "a.doc").text == (
        "# Leave\n\nTake 25[^1] days & 5 m²\n\n[^1]: Pro rata.\n\n1. a\n  1.1 b\n\n"
        "| Team | Days |\n|---|---|\n| A | 30 |"
    )


@pytest.mark.parametrize("content", [rb"{\rtf1 Hi}", word(paragraph("Hi"))])
def test_the_content_decides_what_a_file_with_this_ending_is(content: bytes) -> None:
    assert parse(content, "a.doc").text == "Hi"


@pytest.mark.parametrize(
    "rest",
    [pytest.param(b"\x86", id="padding"), pytest.param(b"\x70\xd6\xc8\x00", id="a property that is cut off")],
)
def test_properties_are_read_as_far_as_they_are_complete(rest: bytes) -> None:
    complete = bytes.fromhex("032400612400")

    assert complete_properties(complete + rest, label="x") == complete_properties(complete, label="x")


def test_an_encrypted_document_is_refused() -> None:
    content = bytearray(DOC)
    header = content.index(b"\xec\xa5")
    content[header + 11] |= 0x01

    with pytest.raises(DocumentError) as caught:
        parse(bytes(content), "a.doc")

    assert caught.value.reason == "it is encrypted; save it without a password"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"<html>", "it is not a Word document", id="another kind of file"),
        pytest.param(DOC[:3000], "it could not be converted (", id="a file that is cut off"),
        pytest.param(DOC[:512] + bytes(len(DOC) - 512), "it could not be converted (", id="an empty container"),
    ],
)
def test_what_cannot_be_converted_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse(content, "a.doc")

    assert caught.value.reason.startswith(reason)
