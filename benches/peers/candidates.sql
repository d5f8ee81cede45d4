-- Candidate pairs out of exported tags; the same statement on DuckDB and on Apache Spark.
-- 58 is the number of sites and eight: what `coordinator export` says.
WITH met AS (
    SELECT part, tag
    FROM tags
    GROUP BY part, tag
    HAVING COUNT(*) BETWEEN 2 AND 58
)
SELECT x.person AS a, y.person AS b, COUNT(*) AS shared
FROM met
JOIN tags x ON x.part = met.part AND x.tag = met.tag
JOIN tags y ON y.part = met.part AND y.tag = met.tag
WHERE x.person < y.person AND x.site <> y.site
GROUP BY x.person, y.person
