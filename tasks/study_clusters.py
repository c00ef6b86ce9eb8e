"""Clusters that share a unit are one cluster: what is drawn or observed together is never counted as independent."""

import duckdb
import numpy

SPLIT = "SELECT unit FROM study_row GROUP BY unit HAVING min(cluster) <> max(cluster)"


def join_by_unit(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Give all clusters of ``study_row`` that are linked by a unit one name; return a remark where any is."""
    ((units,),) = connection.execute(f"SELECT count(*) FROM ({SPLIT})").fetchall()
    if not units:
        return []
    links = connection.execute(
        f"SELECT DISTINCT dense_rank() OVER (ORDER BY unit) - 1 AS unit, cluster FROM study_row WHERE unit IN ({SPLIT})"
    ).fetchnumpy()
    names, ends = numpy.unique(numpy.asarray(links["cluster"], dtype=str), return_inverse=True)
    labels = _components(numpy.asarray(links["unit"], dtype=numpy.int64), ends, len(names))
    firsts = names[numpy.unique(labels, return_index=True)[1]][labels]
    connection.execute(
        "UPDATE study_row SET cluster = joined.name FROM (SELECT unnest($1::VARCHAR[]) AS cluster, "
        "unnest($2::VARCHAR[]) AS name) AS joined WHERE study_row.cluster = joined.cluster",
        [names.tolist(), firsts.tolist()],
    )
    return [f"{units} units stand in several clusters: clusters that share a unit count as one"]


def _components(units: numpy.ndarray, clusters: numpy.ndarray, count: int) -> numpy.ndarray:
    """Return the number of the connected component of each of ``count`` clusters, linked by the units they share."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    size = count + int(units.max()) + 1
    edges = coo_matrix((numpy.ones(len(units), dtype=numpy.int8), (clusters, count + units)), shape=(size, size))
    labels: numpy.ndarray = connected_components(edges, directed=False)[1][:count]
    return labels
