#!/usr/bin/env bash
# kreuzberg 4.10.4: a .doc file as Markdown is one line, with tabs as character references and without its notes.
#
# One would guess: the Markdown of a Word 97 document has its heading, its paragraphs and its table, as that of the same
# document as .docx has; the text itself is the same in both output formats.
#
# What happens: all paragraphs become one, the cells of a table are joined by "&#9;", and list numbers, the footnote and
# its mark are gone, without a warning. A search for "Days" misses the cell, which is the token "9;Days". With
# output_format="plain" the paragraphs stay apart and tabs are tabs, but numbers and the note are missing too.
#
# What helps: converting the file to .docx and reading that (ingest/parse/word/doc.py).
#
# Output seen:
#     markdown: 'Leave Take 25 days & 5 m2 a b Team&#9;Days&#9;&#9;A&#9;30\n'
#     plain:    'Leave\nTake 25 days & 5 m2\na\nb\nTeam\tDays\t\tA\t30'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check kreuzberg==4.10.4
cat > "$folder/show.py" <<'PYTHON'
import base64
import zlib

import kreuzberg

# Written by LibreOffice: the heading "Leave"; "Take 25 days & 5 m2" with a footnote ("Pro rata.") after 25 and a raised 2;
# the list "1. a", "1.1 b"; a table of two rows and two columns.
DOCUMENT = """
eNrtWt1PXEUUP3P3G1hYKFBKqaV0pZW2FJYP6TdfIqW00A9tEy12YcHSAotAlZo+NFqTPmiCH4mNMRFNTZpoDOofoC/6ZtqXkjZ9qQ8mGk1sG21sTFl/
c+7scruwcHchraR7Nr+duXPnzJw7c+bMmXPvlcuZNz/9Ov9niqJtZKGpkIvshjIBLAtfeIg0VTYVCoXCxaEkLSm6r1I5h1bMnw2Qc+4AnIBLzW8q0jTA
DaQDGboKUCaQpepkqzRJS4cOUBC/ESqkZ2gA6RCdpngoFxpjbM8Mz5TJemYp2X/i/Yft91zrPwWYb/3LfUGu/xzWCaLlQB6wAsgHVgIFwCrgCWA1UAis
AYqAtYAXeBIoBtYB64GngBJgA7AR2ASUApuBMiW7D2mFylclbVBcJDBalhRdh+wujXXie101muT87e3tGgoOB3tGCg8HhwKbGoMnT/V3D4ywTuw9KMsa
g12sCTJfigu+X1pDf2355pX5dVHobkTClAXNSkErL7BG6tQB1bwd0mQKXd4H+zZE/eSnPqXH5V4q8Yo6r9Sa+hJqa7HSfqChJZf6m13WYWBPs0btLTYa
aLY6R4AO5P0tefRS8xYr9FF49oss1ksXNVM32g5QL+zny9Dpcl5FgmqL55a8mKZW3wndZm1PpVbwD8P+tqKtTrTYp1oK1xMidj0f16vmepmimldjk7Lr
A/zfjVoNdBw8Q0AXlwyhHUk+KvbcCa0RPl7VM/nqkO8CrxxFglfYXCKw8krAUy7K2BrInSMwD0clS1cnKnnOojliydYELkGdookt0oMjLW1RDi27eIuy
L46S3Stgb9pa7JhKO6aygKdPn7YC9F7vke1U8owdQjujvOfVQ4IA73geWK2sQLYQaBGW7OLbbK82e/xiSEi7ZY2MvFRYad22UxHafENsZ9kaINkg7vai
xQGWLQ8tjbJsaZAtHTLlUbVTSC066hRF/GTviSLWlt08HlIqebWCOaQ9XIUePhNetsXRMyPlyFcWeaey5NM2mlSpVTfTvL6lQX/dqdt4me8Azjin7b3G
bUiEMqJ/+jLVYtwTkb0kitB3xzmiY0DOj3JVkF1jC644LGY4LIpj7l7GbcfOXZhinnEbetGme4nB4XREOJwOcFjm5Rh0RjgGneCwzstxzRXhuOYCh21e
jtrUCEdtKjjs83JcSotwXEoDh2NeDk96hMOTDg6n4jC4D9pcM0LJ2g+5tjbLbGox/UCNd77D+O2jU9j7yg0WgTk9hoJ23dNjE/Bs7pgws+0egqHrhxEa
hhHdh/Q1pPIoIbdZaf6q0I6Zff0gjG8/NrIgb84VxeZ6r8MG0as29Dr0ZIapEVKeAM/zGJBC9NvNbfTgztMmW2jgHnshreQk2mVPrGc5QnJ721W8MP4i
mB/hfAde2g8Y6uNiFtdKOehVfOXi7eDNMdeMUpfiWGdhn5x3jSQtwCktW/w2o1ZToclJiluSs/FVnwpJJdJm8+vp5luf3LnXdtzzxbtO2rDu2+tSljPq
fCnv1yjVq1VnzFblnx9RfkxA+TKD6vF/u6+fHTX1XLWG/szk45GfvZ2rP139uHSl5/0PIf/Ge181Su8squxFdc4Ne04eg6yxyv9P9MfnQuwtdEGXbmV9
Z1QZ5RvCb/UH+/wDNbMoksuaSzs8D+qae844RQb7nkLl7WGPMpQxo+55fRaUfyhTCaklaRZdO6Ipz6JHIMzSRtVOTRTfHuyDE2LhI1viSIzvX4x6p0Eh
qx16VCVJiVEr5ncr0l/tegTpUVO2Q4+QGfUk7RHIodH1pHIkKUmPt3XkmNqr+HfjUOenkxyP8+FwoCENoOQ0H/KKgSqgH/fcKHXjGOTmSJofZQ4cUvSa
DvzqgAp4AzIvW2nHgSmIVMb3RoBScLrn9BSS9NAI3kY+UAD4gErgmPRAVKyQ/qG79HtymJYW5VhOyOQ5pyhryYy84LA0lwi34U6WjPlgjtOAamArsBNo
Bg4Ah4AjKk78t7H5P40XvxgvbhgvLse8GDRXbTGoA96WVyz3it090ql3TpaR9kHoRuZar2mH7a52fplrko/bWZPZKmynh+5UbjCu4spJOwkZ+uaMZunT
M9ZwiRMlPZVkqZR+YW5YcouX/F757kq+uMKxOaVYpDYJVRwpowfK7DSdTwmXh1+ZME+HWu+jar3LM9+48ek/Ml5cMF5seRxnRIVjp0d9aT+NdRttL6Pa
dqL6do1WT1zZXDhxc8eaiXFbEbB2bNzmBXy4Xz4WoLJBGceowNV6H6WXJe3s0qfF/P5H6n/0NwSz8cigzll3OE7YwK8NBqkNHuWJuOXPIo1jSFZS7zhN
0olInLKN+vhtamKUgt5lv5Y4+pfyhiNO5ex1dyYsQ7rqP57vf6SsR1P1vI0O8huifn7/fprfRPdEvpiYfp8di9aTFvlmyGz/8m3Ulyp/mPsK4PwQpC6W
pJv10CzlJ/D8MooYjlvaZvQc33jUJNC//AphZBHX8EK+//oPP0FsMQ==
"""
content = zlib.decompress(base64.b64decode(DOCUMENT))
for form in ("markdown", "plain"):
    config = kreuzberg.ExtractionConfig(output_format=form, use_cache=False)
    print(f"{form + ':':9} {kreuzberg.extract_bytes_sync(content, 'application/msword', config=config).content!r}")
PYTHON
(cd "$folder" && venv/bin/python show.py) | tee "$folder/seen"
sed -n 's/^#     //p' "$0" | diff - "$folder/seen"
