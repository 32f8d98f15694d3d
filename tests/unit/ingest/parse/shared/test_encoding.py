"""Text files are decoded as they were written: by mark, by declaration, as UTF-8, and by a careful guess."""

from __future__ import annotations

import codecs

import pytest

from core.errors import DocumentError
from ingest.parse.shared.encoding import codec_of, decode, decode_markup, decode_text

WORDS = "Schlüssel für 12 €"

TEXTS = {
    "German": ("Die Überstunden werden im nächsten Monat ausgeglichen. Preis: 12 € für „Gäste“.", "cp1252 mac-roman"),
    "German in DOS": ("Die Überstunden werden im nächsten Monat ausgeglichen, sofern der Chef zustimmt.", "cp850"),
    "one German word": ("Schlüssel", "cp1252 iso8859-1"),
    "the euro of Latin 9": ("Der Schlüssel kostet 12 €, das Büro öffnet früh.", "iso8859-15"),
    "French": ("L’employé a été prévenu à temps ; où est le reçu ? Ça coûte 25 € par nuit, garçon.", "cp1252"),
    "Spanish": ("El niño pidió ñoquis. ¿Qué hora es? ¡Qué día tan bonito! La señora llegó mañana.", "cp1252"),
    "Portuguese": ("A reunião será amanhã às 10 horas; não há exceções. João já está informado.", "iso8859-1"),
    "Swedish": ("Han frågade: får jag åka hem på måndag? Kön är för lång åt mig.", "iso8859-1"),
    "Danish": ("Årsmødet afholdes på Rådhuset i København; spørgsmål rettes til formanden.", "iso8859-1"),
    "Italian": ("L'attività è già iniziata: perché non è più possibile? La città è lì.", "iso8859-1"),
    "Icelandic": ("Það er gott veður í dag og þú ættir að fara út. Ég ætla líka að koma.", "cp1252"),
    "English": ("The employee’s résumé — “naïve” café — costs £5 or €6…", "cp1252"),
    "several languages": ("Schöne Küche. L'été était très chaud. El niño comió ñoquis. Han åt på måndag.", "cp1252"),
    "Polish": ("Proszę zgłosić się do działu kadr, jeśli są pytania. Dziękuję.", "cp1250 iso8859-2"),
    "Czech": ("Zaměstnanec má nárok na dovolenou. Příliš žluťoučký kůň úpěl ďábelské ódy.", "cp1250 iso8859-2"),
    "Hungarian": ("Az árvíztűrő tükörfúrógép leírása a következő. Jövő héten őszi szünet.", "cp1250 iso8859-2"),
    "Romanian": ("Vă rugăm să confirmaţi până mâine. Ştefan îşi aşteaptă maşina.", "cp1250 iso8859-2"),
    "Turkish": ("Çalışanların yıllık izin hakkı yirmi gündür. Işıkları şimdi kapatın.", "cp1254"),
    "Lithuanian": ("Prašome patvirtinti iki rytojaus. Ąžuolas žaliuoja, ėjo ūkininkas į laukus.", "cp1257"),
    "Russian": ("Сотрудник имеет право на ежегодный отпуск.", "cp1251 koi8-r iso8859-5 cp866"),
    "Russian between English": ("Version 2.1: Исправлены ошибки в модуле print(). See README.txt", "cp1251 koi8-r"),
    "Ukrainian": ("Працівник має право на щорічну відпустку. Її ім'я відоме всім.", "cp1251 koi8-u"),
    "Greek": ("Ο εργαζόμενος έχει δικαίωμα ετήσιας άδειας. Παρακαλώ επιβεβαιώστε.", "cp1253 iso8859-7"),
    "Hebrew": ("לעובד יש זכות לחופשה שנתית בת עשרים ימים. נא לאשר עד מחר.", "cp1255 iso8859-8"),
    "Arabic": ("يحق للموظف الحصول على إجازة سنوية مدتها عشرون يوما. يرجى التأكيد حتى الغد.", "cp1256 iso8859-6"),
    "Thai": ("พนักงานมีสิทธิลาพักร้อนประจำปีได้ยี่สิบวัน กรุณายืนยันภายในวันพรุ่งนี้", "cp874"),
    "Japanese": ("従業員は年に二十日の有給休暇を取ることができます。", "cp932 euc_jp"),
    "Japanese, syllables": ("システム エラー: ファイルを開けません。", "cp932 euc_jp"),
    "Chinese": ("员工每年享有二十天的带薪假期。请在明天之前确认。", "gb18030"),
    "Chinese in traditional characters": ("員工每年享有二十天的帶薪假期。請在明天之前確認。", "big5"),
    "Korean": ("직원은 매년 이십 일의 유급 휴가를 사용할 수 있습니다.", "cp949"),
}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        pytest.param(text, encoding, id=f"{name}, {encoding}")
        for name, (text, encodings) in TEXTS.items()
        for encoding in encodings.split()
    ],
)
@pytest.mark.parametrize("around", ["{}", "Report 2025\n\nWhat was said:\n{} (page 5, 1,200 EUR)\n"])
def test_an_encoding_that_is_not_declared_is_recognised(text: str, encoding: str, around: str) -> None:
    written = around.format(text).encode(encoding, errors="ignore")

    assert decode(written) == written.decode(encoding)


@pytest.mark.parametrize("word", ["Schlüssel", "–", "€", "9–17", "Äiti", "employee’s", "£5", "é", "Führungskraft", "½"])
def test_a_single_word_is_windows_1252(word: str) -> None:
    assert decode(word.encode("cp1252")) == word


def test_stray_bytes_are_replaced_one_by_one_and_counted() -> None:
    decoded = decode_text("Köln, Überlingen, Café ".encode() + b"Schl\xfcssel, \x80 5")

    assert decoded.text == "Köln, Überlingen, Café Schl\ufffdssel, \ufffd 5"
    assert decoded.left_out == ("2 bytes that utf-8 does not have",)


def test_one_stray_byte_beside_one_good_character_is_replaced() -> None:
    assert decode("Köln ".encode() + b"Caf\xe9") == "Köln Caf\ufffd"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b'<meta charset="iso-8859-1"><p>' + WORDS.encode("cp1252"), id="Latin 1 means Windows-1252"),
        pytest.param(b'<meta content="text/html; charset=windows-1252"><p>' + WORDS.encode("cp1252"), id="older form"),
        pytest.param(b"<META CHARSET=utf-8><p>" + WORDS.encode(), id="without quotation marks"),
        pytest.param(b'<?xml version="1.0" encoding="windows-1252"?><p>' + WORDS.encode("cp1252"), id="XML"),
        pytest.param(codecs.BOM_UTF8 + b'<meta charset="iso-8859-1"><p>' + WORDS.encode(), id="a mark wins"),
        pytest.param(f'<meta charset="iso-8859-2"><p>{WORDS}'.encode(), id="UTF-8 with an old declaration"),
        pytest.param(f'<meta charset="gb2312">ä<p>{WORDS}'.encode(), id="UTF-8 that the declared encoding has not"),
        pytest.param(f'<meta charset="utf-16"><p>{WORDS}'.encode(), id="an impossible declaration"),
        pytest.param(f'<meta charset="utf-16"><p>{WORDS}'.encode("utf-16-le"), id="UTF-16 without a mark"),
        pytest.param(f'<?xml version="1.0" encoding="UTF-16"?><p>{WORDS}'.encode("utf-16"), id="UTF-16 with a mark"),
        pytest.param(f'<meta charset="utf-7"><p>{WORDS}'.encode(), id="UTF-7 is not used"),
        pytest.param(f'<meta charset="nonsense"><p>{WORDS}'.encode(), id="an unknown name"),
        pytest.param(b'<!-- <meta charset="koi8-r"> --><p>' + WORDS.encode("cp1252"), id="a comment declares nothing"),
    ],
)
def test_a_page_is_decoded_as_it_declares(content: bytes) -> None:
    assert decode_markup(content).text.endswith(f"<p>{WORDS}")


@pytest.mark.parametrize(
    ("label", "text"),
    [("shift_jis", "①髙"), ("gb2312", "镕"), ("euc-kr", "똠"), ("big5", "裏"), ("koi8-r", "Да"), ("iso-8859-5", "Да")],
)
def test_labels_mean_what_they_mean_to_a_browser(label: str, text: str) -> None:
    codec = codec_of(label)
    assert codec is not None

    assert decode_markup(f'<meta charset="{label}">{text}'.encode(codec)).text.endswith(text)


def test_what_is_known_from_elsewhere_counts_more_than_the_page() -> None:
    content = b'<meta charset="utf-8">' + "Привет".encode("koi8-r")

    assert decode_markup(content, "koi8-r").text.endswith("Привет")


def test_source_code_may_declare_its_encoding() -> None:
    assert decode("#!/bin/python\n# -*- coding: koi8-r -*-\nx = 'Да'\n".encode("koi8-r")).endswith("x = 'Да'\n")


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"a\x00b", bytes(range(1, 32)) * 3])
def test_binary_content_is_refused(content: bytes) -> None:
    with pytest.raises(DocumentError, match="binary"):
        decode(content)


def test_an_accent_that_an_encoding_has_only_with_its_letter_costs_no_error() -> None:
    assert decode(bytes([0x88, 0x66, 0xFF, 0x88, 0x62, 0xE9]) * 20)


@pytest.mark.parametrize("label", ["utf-7", "hex", "rot13", "unicode_escape", "punycode", "", "zip"])
def test_codecs_that_are_no_encoding_of_text_are_not_used(label: str) -> None:
    assert codec_of(label) is None
