-- What PostGraphile has to be told of bench/views.sql: keys, relations, names.

COMMENT ON VIEW bench.viewer IS E'@primaryKey token_hash\n@foreignKey (head_id) references bench.head (id)|@fieldName householdHead\n@behavior -query:resource:list -query:resource:connection';
COMMENT ON VIEW bench.area IS E'@primaryKey id';
COMMENT ON VIEW bench.head IS E'@primaryKey id';
COMMENT ON VIEW bench.household IS E'@primaryKey id\n@foreignKey (head_id) references bench.head (id)|@foreignFieldName households';
COMMENT ON VIEW bench.neighbour IS E'@primaryKey id,reader_id';
COMMENT ON VIEW bench.wish IS E'@primaryKey id\n@foreignKey (household_id, reader_id) references bench.neighbour (id, reader_id)|@fieldName neighbour\n@foreignKey (household_id) references bench.household (id)|@fieldName household\n@foreignKey (head_id) references bench.head (id)|@fieldName head\n@foreignKey (grid_id) references bench.area (id)|@fieldName grid';
COMMENT ON VIEW bench.shop IS E'@primaryKey id';
COMMENT ON VIEW bench.discount IS E'@primaryKey id\n@foreignKey (shop_id) references bench.shop (id)|@foreignFieldName discounts';
COMMENT ON FUNCTION bench.head_points IS E'@fieldName points';
COMMENT ON FUNCTION bench.head_wishes IS E'@fieldName wishes';
COMMENT ON FUNCTION bench.viewer_wishes IS E'@fieldName wishes\n@behavior +order';
