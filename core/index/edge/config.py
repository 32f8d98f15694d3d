"""How the embedded index is stored: sealed segments, searched in mapped files, and one that is written to.

The segment that is written to keeps BM25's postings, the indexed fields and the ids in memory. `optimize()` copies it
into a sealed one, which keeps them in files, once it has `_SEALED_KILOBYTES`; so the memory of a process hardly grows
with the index. Measured with 100,000 chunks of 800 characters, four sentences and 384 dimensions: 365 MB in one segment
that is written to, 87 MB in sealed ones of 5,000 chunks each, which are searched as fast.
"""

from __future__ import annotations

import qdrant_edge as edge

from core.index import points

_SEARCHED = edge.Memory.Cached
"""Of what a search goes through: mapped files, read ahead when they are opened."""
_FETCHED = edge.Memory.Cold
"""Of what a search reads of its candidates: mapped files. Both take as little anonymous memory."""
_NO_GRAPH = edge.HnswIndexConfig(m=0, ef_construct=100, full_scan_threshold=10_000)
"""No links, so that every vector is compared. Building a graph keeps the interpreter's lock, so the process answers
nothing: 8 s of processor time for 12,000 chunks, minutes for 75,000. Comparing takes 1.4 ms for 12,000 chunks and 26 ms
for 75,000, where the graph takes as long. A Qdrant server builds one."""
_SEALED_KILOBYTES = 1000
"""Of the largest kind of vectors in a segment, from which it is sealed; sealing takes a third of a second at least."""
_MOST_SEGMENTS = 32
"""Where there are more, `optimize()` merges the smallest ones. With 8 in place of 32, sealing 5,000 of 100,000 chunks
took 2.6 s in place of 0.7 s, with the interpreter's lock."""
_OPTIMIZERS = edge.EdgeOptimizersConfig(indexing_threshold=_SEALED_KILOBYTES, default_segment_number=_MOST_SEGMENTS)


def chunk_shard(dimension: int) -> edge.EdgeConfig:
    """Return the configuration of the shard of chunks, documents and their texts."""
    return edge.EdgeConfig(
        vectors={
            points.DENSE: edge.EdgeVectorParams(dimension, edge.Distance.Cosine, memory=_SEARCHED),
            points.SENTENCES: edge.EdgeVectorParams(
                dimension,
                edge.Distance.Cosine,
                multivector_config=edge.MultiVectorConfig(edge.MultiVectorComparator.MaxSim),
                datatype=edge.VectorStorageDatatype.Float16,
                memory=_FETCHED,
            ),
        },
        sparse_vectors={points.BM25: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf, memory=_SEARCHED)},
        hnsw_config=_NO_GRAPH,
        optimizers=_OPTIMIZERS,
        payload_memory=_FETCHED,
        id_tracker_memory=_SEARCHED,
    )


def word_shard() -> edge.EdgeConfig:
    """Return the configuration of the shard of words."""
    return edge.EdgeConfig(
        sparse_vectors={points.SPELLING: edge.EdgeSparseVectorParams(memory=_SEARCHED)},
        hnsw_config=_NO_GRAPH,
        optimizers=_OPTIMIZERS,
        payload_memory=_FETCHED,
        id_tracker_memory=_SEARCHED,
    )


def keyword_index(field: str) -> edge.UpdateOperation:
    """Return the operation that makes an index of a field of the payload. It costs nothing where there is the same."""
    return edge.UpdateOperation.create_field_index(field, edge.KeywordIndexParams(memory=_SEARCHED))
