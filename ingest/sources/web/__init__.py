"""Pages of the web as a source.

url_list      the source: which addresses, and what their documents are called
page_cache    what was fetched before, with the validators of the servers (ETag, Last-Modified)
fetch         one page: redirects, limits, errors as sentences; a rate for each host
addresses     which addresses of hosts may be connected to
"""
