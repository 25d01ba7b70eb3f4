BEGIN TRANSACTION;
CREATE TABLE acts (
	seq INTEGER NOT NULL, 
	at VARCHAR NOT NULL, 
	"by" VARCHAR NOT NULL, 
	why TEXT NOT NULL, 
	kind VARCHAR NOT NULL, 
	edition_id VARCHAR, 
	relation_id VARCHAR, 
	reverses BIGINT, 
	payload TEXT NOT NULL, 
	hash VARCHAR NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "acts" VALUES(1,'2026-11-27T10:34:27.415904+00:00','Mei','the first two','stage','ankle@2024-01-01',NULL,NULL,'{"extraction_id": "x-7e57aa1524d68980", "file": "new.pdf", "guideline_id": "ankle", "metadata": {"issued_on": "2024-01-01", "jurisdiction": "GB", "kind": "full", "language": "en", "publisher": "Joint Board", "title": "Ankle Sprain in Adults"}, "sha256": "7be1781271629b50cbd0f624cf6e2c6fe899e786bf08765b1b085c5c1c2353fb"}','6541248390a9cab6fb6d764fc0814a7508990dafbfd5b9938830a94afddae7f8');
INSERT INTO "acts" VALUES(2,'2026-11-27T10:34:27.415904+00:00','Mei','the first two','publish','ankle@2024-01-01',NULL,NULL,'{}','b4f63c1aaddf7399adaaf6c1370056c4d0ccad3db280ab52bdafe467c4e5fefd');
INSERT INTO "acts" VALUES(3,'2026-11-27T10:34:27.415904+00:00','Mei','the first two','stage','ankle@2015-01-01',NULL,NULL,'{"extraction_id": "x-7856870b46e7ebfd", "file": "old.pdf", "guideline_id": "ankle", "metadata": {"issued_on": "2015-01-01", "jurisdiction": "GB", "kind": "full", "language": "en", "publisher": "Joint Board", "title": "Ankle Sprain in Adults"}, "sha256": "0542e229100a1549a6867941c02e0d8b44908da6310ce41518c6425f51b2d3a4"}','5ca0e9a7c942e6ec9daa80d7bf2e1251884d123f87f61ed4ab35ff5e93f58c82');
INSERT INTO "acts" VALUES(4,'2026-11-27T10:34:27.415904+00:00','Mei','the first two','publish','ankle@2015-01-01',NULL,NULL,'{}','efffb54fcd5941044b5ae3d9cc04d213e2d441910792f3926f8de40dc871705e');
INSERT INTO "acts" VALUES(5,'2026-11-27T10:34:27.415904+00:00','Mei','the first two','propose','ankle@2024-01-01','r-a01080778a',NULL,'{"evidence": "", "on": "", "scope": [], "source": "ankle@2024-01-01", "target": "ankle@2015-01-01", "type": "replaces"}','515f67c89148dd75fb7e3abf0eccfc251a95de9cd037d55d5aeac9c8e8f66cc8');
INSERT INTO "acts" VALUES(6,'2026-11-27T10:34:27.423765+00:00','Mei','the first two','confirm','ankle@2024-01-01','r-a01080778a',NULL,'{}','9e24ff8f7464a85daedf1dd4dc79d72183095f4d5ada59ae3742fc2d78457243');
INSERT INTO "acts" VALUES(7,'2026-11-27T10:34:27.596145+00:00','Mei','','set','ankle@2024-01-01',NULL,NULL,'{"next_review_on": "2027-01"}','d818430ca4346f42fd31346c2dd78942540103990885e8bde620c4eb8bd081d2');
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE decisions (
	seq INTEGER NOT NULL, 
	document_id VARCHAR NOT NULL, 
	finding_id VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	"by" VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	reason TEXT NOT NULL, 
	until VARCHAR NOT NULL, 
	assignee VARCHAR NOT NULL, 
	PRIMARY KEY (seq)
);
CREATE TABLE documents (
	id VARCHAR NOT NULL, 
	name TEXT NOT NULL, 
	kept_at VARCHAR NOT NULL, 
	kept_by VARCHAR NOT NULL, 
	jurisdiction VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE editions (
	id VARCHAR NOT NULL, 
	guideline_id VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(guideline_id) REFERENCES guidelines (id)
);
INSERT INTO "editions" VALUES('ankle@2024-01-01','ankle');
INSERT INTO "editions" VALUES('ankle@2015-01-01','ankle');
CREATE TABLE extractions (
	id VARCHAR NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	reader VARCHAR NOT NULL, 
	summary TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (sha256, reader), 
	FOREIGN KEY(sha256) REFERENCES source_files (sha256)
);
INSERT INTO "extractions" VALUES('x-7e57aa1524d68980','7be1781271629b50cbd0f624cf6e2c6fe899e786bf08765b1b085c5c1c2353fb','reader-1','{"coverage":1.0,"warnings":[],"abbreviations":[],"proposals":{"title":{"value":"Ankle Sprain in Adults","confidence":0.71,"page":1,"snippet":"Ankle Sprain in Adults","source":"body"},"kind":{"value":"full","confidence":0.65,"page":1,"snippet":"Ankle Sprain in Adults","source":"body"},"language":{"value":"en","confidence":0.95,"page":1,"snippet":"Ankle Sprain in Adults","source":"body"}},"pages":2,"passages":4,"recommendations":1}');
INSERT INTO "extractions" VALUES('x-7856870b46e7ebfd','0542e229100a1549a6867941c02e0d8b44908da6310ce41518c6425f51b2d3a4','reader-1','{"coverage":1.0,"warnings":[],"abbreviations":[],"proposals":{"title":{"value":"Ankle Sprain in Adults","confidence":0.71,"page":1,"snippet":"Ankle Sprain in Adults","source":"body"},"kind":{"value":"full","confidence":0.65,"page":1,"snippet":"Ankle Sprain in Adults","source":"body"},"language":{"value":"en","confidence":0.95,"page":1,"snippet":"Ankle Sprain in Adults","source":"body"}},"pages":2,"passages":4,"recommendations":1}');
CREATE TABLE findings (
	document_id VARCHAR NOT NULL, 
	id VARCHAR NOT NULL, 
	round INTEGER NOT NULL, 
	ordinal INTEGER NOT NULL, 
	at VARCHAR NOT NULL, 
	claim TEXT NOT NULL, 
	location TEXT NOT NULL, 
	verdict VARCHAR NOT NULL, 
	subtype VARCHAR NOT NULL, 
	severity VARCHAR NOT NULL, 
	why TEXT NOT NULL, 
	evidence TEXT NOT NULL, 
	engine VARCHAR NOT NULL, 
	revision INTEGER NOT NULL, 
	PRIMARY KEY (document_id, id, round), 
	FOREIGN KEY(document_id) REFERENCES documents (id)
);
CREATE TABLE guidelines (
	id VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "guidelines" VALUES('ankle');
CREATE TABLE jobs (
	id VARCHAR NOT NULL, 
	created_at VARCHAR NOT NULL, 
	"by" VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	request TEXT NOT NULL, 
	progress TEXT NOT NULL, 
	owner VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "jobs" VALUES('39365d2f96c6','2026-11-27T10:34:23.693421+00:00','Mei','done','{"files": [{"path": "/books/new.pdf", "name": "new.pdf", "row": {"number": 2, "path": "/books/new.pdf", "guideline_id": "ankle", "edition_id": "", "title": "Ankle Sprain in Adults", "publisher": "Joint Board", "edition_label": "", "issued_on": "2024-01-01", "effective_on": "", "valid_until": "", "last_updated_on": "", "next_review_on": "", "kind": "full", "language": "en", "jurisdiction": "GB", "identifiers": [], "relations": [["replaces", {"target": "ankle@2015-01-01", "scope": []}]], "withdrawn_on": "", "licence": "", "source_url": "", "publish": null}}, {"path": "/books/old.pdf", "name": "old.pdf", "row": {"number": 3, "path": "/books/old.pdf", "guideline_id": "ankle", "edition_id": "", "title": "Ankle Sprain in Adults", "publisher": "Joint Board", "edition_label": "", "issued_on": "2015-01-01", "effective_on": "", "valid_until": "", "last_updated_on": "", "next_review_on": "", "kind": "full", "language": "en", "jurisdiction": "GB", "identifiers": [], "relations": [], "withdrawn_on": "", "licence": "", "source_url": "", "publish": null}}], "publish": false, "why": "the first two", "notices": []}','{"files": {"/books/new.pdf": {"name": "new.pdf", "sha256": "7be1781271629b50cbd0f624cf6e2c6fe899e786bf08765b1b085c5c1c2353fb", "stage": "published"}, "/books/old.pdf": {"name": "old.pdf", "sha256": "0542e229100a1549a6867941c02e0d8b44908da6310ce41518c6425f51b2d3a4", "stage": "published"}}, "result": {"files": [{"file": "new.pdf", "sha256": "7be1781271629b50cbd0f624cf6e2c6fe899e786bf08765b1b085c5c1c2353fb", "status": "published", "edition_id": "ankle@2024-01-01", "guideline_id": "ankle", "pages": 2, "passages": 4, "recommendations": 1, "coverage": 1.0, "doubtful_pages": [], "hidden_text_pages": [], "seconds": 3.72, "metadata": {"title": {"value": "Ankle Sprain in Adults", "confidence": 0.71, "page": 1, "snippet": "Ankle Sprain in Adults", "source": "body"}, "publisher": null, "edition_label": null, "issued_on": null, "effective_on": null, "last_updated_on": null, "kind": {"value": "full", "confidence": 0.65, "page": 1, "snippet": "Ankle Sprain in Adults", "source": "body"}, "language": {"value": "en", "confidence": 0.95, "page": 1, "snippet": "Ankle Sprain in Adults", "source": "body"}, "jurisdiction": null, "identifiers": null, "replaces": null}, "notes": [], "error": null}, {"file": "old.pdf", "sha256": "0542e229100a1549a6867941c02e0d8b44908da6310ce41518c6425f51b2d3a4", "status": "published", "edition_id": "ankle@2015-01-01", "guideline_id": "ankle", "pages": 2, "passages": 4, "recommendations": 1, "coverage": 1.0, "doubtful_pages": [], "hidden_text_pages": [], "seconds": 3.72, "metadata": {"title": {"value": "Ankle Sprain in Adults", "confidence": 0.71, "page": 1, "snippet": "Ankle Sprain in Adults", "source": "body"}, "publisher": null, "edition_label": null, "issued_on": null, "effective_on": null, "last_updated_on": null, "kind": {"value": "full", "confidence": 0.65, "page": 1, "snippet": "Ankle Sprain in Adults", "source": "body"}, "language": {"value": "en", "confidence": 0.95, "page": 1, "snippet": "Ankle Sprain in Adults", "source": "body"}, "jurisdiction": null, "identifiers": null, "replaces": null}, "notes": [], "error": null}], "notices": [], "seconds": 3.74, "pages": 4, "passages": 8, "stages": {"intake": 0.01, "windows": 0.0, "reading (beside embedding)": 3.18, "embedding": 0.01, "staging": 0.03, "index": 0.43, "appearing": 0.03, "dense index": 0.01}, "tokens_embedded": 126, "tokens_truncated": 0}}','');
CREATE TABLE library (
	id VARCHAR NOT NULL, 
	created_at VARCHAR NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "library" VALUES('b5b9bf80277621a1','2026-11-27T10:34:23.654298+00:00');
CREATE TABLE pages (
	extraction_id VARCHAR NOT NULL, 
	number INTEGER NOT NULL, 
	label VARCHAR NOT NULL, 
	width FLOAT NOT NULL, 
	height FLOAT NOT NULL, 
	text TEXT NOT NULL, 
	notes TEXT NOT NULL, 
	PRIMARY KEY (extraction_id, number), 
	FOREIGN KEY(extraction_id) REFERENCES extractions (id)
);
INSERT INTO "pages" VALUES('x-7e57aa1524d68980',1,'',5.95275573730468750017e+02,8.41889770507812499993e+02,'Ankle Sprain in Adults
This guideline is meant for adults who are seen in primary care.
Recommendations
1. We recommend ibuprofen 400 mg daily (strong recommendation, moderate-certainty evidence).
2. Rest for one day.','{"doubts":[],"hidden":[],"repairs":[]}');
INSERT INTO "pages" VALUES('x-7e57aa1524d68980',2,'',5.95275573730468750017e+02,8.41889770507812499993e+02,'Follow-up
See every patient again after 14 days and record pain and function.','{"doubts":[],"hidden":[],"repairs":[]}');
INSERT INTO "pages" VALUES('x-7856870b46e7ebfd',1,'',5.95275573730468750017e+02,8.41889770507812499993e+02,'Ankle Sprain in Adults
This guideline is meant for adults who are seen in primary care.
Recommendations
1. We recommend aspirin 900 mg daily (strong recommendation, moderate-certainty evidence).
2. Rest for two days.','{"doubts":[],"hidden":[],"repairs":[]}');
INSERT INTO "pages" VALUES('x-7856870b46e7ebfd',2,'',5.95275573730468750017e+02,8.41889770507812499993e+02,'Follow-up
See every patient again after 14 days and record pain and function.','{"doubts":[],"hidden":[],"repairs":[]}');
CREATE TABLE passages (
	extraction_id VARCHAR NOT NULL, 
	ordinal INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	context TEXT NOT NULL, 
	kind VARCHAR NOT NULL, 
	language VARCHAR NOT NULL, 
	section TEXT NOT NULL, 
	page_first INTEGER NOT NULL, 
	page_last INTEGER NOT NULL, 
	lines TEXT NOT NULL, 
	recommendation INTEGER, 
	text_hash VARCHAR NOT NULL, 
	PRIMARY KEY (extraction_id, ordinal), 
	FOREIGN KEY(extraction_id) REFERENCES extractions (id)
);
INSERT INTO "passages" VALUES('x-7e57aa1524d68980',0,'Ankle Sprain in Adults
This guideline is meant for adults who are seen in primary care.','Ankle Sprain in Adults','text','en','["Ankle Sprain in Adults"]',1,1,'[[0,22,1,0.3387,0.0935,0.6613,0.1189],[23,87,1,0.131,0.1622,0.6025,0.1761]]',NULL,'593c2e34');
INSERT INTO "passages" VALUES('x-7e57aa1524d68980',1,'Recommendations
1. We recommend ibuprofen 400 mg daily (strong recommendation, moderate-certainty evidence).','Recommendations','recommendation','en','["Recommendations"]',1,1,'[[0,15,1,0.131,0.1766,0.4015,0.202],[16,108,1,0.131,0.2097,0.8611,0.2236]]',0,'468f7d3a');
INSERT INTO "passages" VALUES('x-7e57aa1524d68980',2,'2. Rest for one day.','Recommendations','list','en','["Recommendations"]',1,1,'[[0,20,1,0.131,0.2453,0.2776,0.2592]]',NULL,'a797caeb');
INSERT INTO "passages" VALUES('x-7e57aa1524d68980',3,'Follow-up
See every patient again after 14 days and record pain and function.','Follow-up','text','en','["Follow-up"]',2,2,'[[0,9,2,0.131,0.0935,0.2738,0.1189],[10,77,2,0.131,0.1266,0.6316,0.1404]]',NULL,'cee90f9f');
INSERT INTO "passages" VALUES('x-7856870b46e7ebfd',0,'Ankle Sprain in Adults
This guideline is meant for adults who are seen in primary care.','Ankle Sprain in Adults','text','en','["Ankle Sprain in Adults"]',1,1,'[[0,22,1,0.3387,0.0935,0.6613,0.1189],[23,87,1,0.131,0.1622,0.6025,0.1761]]',NULL,'593c2e34');
INSERT INTO "passages" VALUES('x-7856870b46e7ebfd',1,'Recommendations
1. We recommend aspirin 900 mg daily (strong recommendation, moderate-certainty evidence).','Recommendations','recommendation','en','["Recommendations"]',1,1,'[[0,15,1,0.131,0.1766,0.4015,0.202],[16,106,1,0.131,0.2097,0.8406,0.2236]]',0,'86d997ab');
INSERT INTO "passages" VALUES('x-7856870b46e7ebfd',2,'2. Rest for two days.','Recommendations','list','en','["Recommendations"]',1,1,'[[0,21,1,0.131,0.2453,0.2842,0.2592]]',NULL,'bd949717');
INSERT INTO "passages" VALUES('x-7856870b46e7ebfd',3,'Follow-up
See every patient again after 14 days and record pain and function.','Follow-up','text','en','["Follow-up"]',2,2,'[[0,9,2,0.131,0.0935,0.2738,0.1189],[10,77,2,0.131,0.1266,0.6316,0.1404]]',NULL,'cee90f9f');
CREATE TABLE recommendations (
	extraction_id VARCHAR NOT NULL, 
	ordinal INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (extraction_id, ordinal), 
	FOREIGN KEY(extraction_id) REFERENCES extractions (id)
);
INSERT INTO "recommendations" VALUES('x-7e57aa1524d68980',0,'{"ordinal":0,"number":"1","text":"We recommend ibuprofen 400 mg daily","section":["Recommendations"],"page_first":1,"page_last":1,"strength":"strong","strength_verbatim":"strong recommendation","certainty":"moderate","certainty_verbatim":"moderate-certainty evidence","year_label":"","boxes":[{"page":1,"x0":0.13103,"y0":0.20971,"x1":0.86113,"y1":0.22359}]}');
INSERT INTO "recommendations" VALUES('x-7856870b46e7ebfd',0,'{"ordinal":0,"number":"1","text":"We recommend aspirin 900 mg daily","section":["Recommendations"],"page_first":1,"page_last":1,"strength":"strong","strength_verbatim":"strong recommendation","certainty":"moderate","certainty_verbatim":"moderate-certainty evidence","year_label":"","boxes":[{"page":1,"x0":0.13103,"y0":0.20971,"x1":0.84057,"y1":0.22359}]}');
CREATE TABLE relations (
	id VARCHAR NOT NULL, 
	type VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	target VARCHAR NOT NULL, 
	scope TEXT NOT NULL, 
	evidence TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(source) REFERENCES editions (id)
);
INSERT INTO "relations" VALUES('r-a01080778a','replaces','ankle@2024-01-01','ankle@2015-01-01','[]','');
CREATE TABLE sections (
	extraction_id VARCHAR NOT NULL, 
	ordinal INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	level INTEGER NOT NULL, 
	page INTEGER NOT NULL, 
	parent INTEGER, 
	role VARCHAR NOT NULL, 
	PRIMARY KEY (extraction_id, ordinal), 
	FOREIGN KEY(extraction_id) REFERENCES extractions (id)
);
INSERT INTO "sections" VALUES('x-7e57aa1524d68980',0,'Ankle Sprain in Adults',1,1,NULL,'body');
INSERT INTO "sections" VALUES('x-7e57aa1524d68980',1,'Recommendations',1,1,NULL,'body');
INSERT INTO "sections" VALUES('x-7e57aa1524d68980',2,'Follow-up',1,2,NULL,'body');
INSERT INTO "sections" VALUES('x-7856870b46e7ebfd',0,'Ankle Sprain in Adults',1,1,NULL,'body');
INSERT INTO "sections" VALUES('x-7856870b46e7ebfd',1,'Recommendations',1,1,NULL,'body');
INSERT INTO "sections" VALUES('x-7856870b46e7ebfd',2,'Follow-up',1,2,NULL,'body');
CREATE TABLE source_files (
	sha256 VARCHAR NOT NULL, 
	bytes BIGINT NOT NULL, 
	name TEXT NOT NULL, 
	received_at VARCHAR NOT NULL, 
	PRIMARY KEY (sha256)
);
INSERT INTO "source_files" VALUES('7be1781271629b50cbd0f624cf6e2c6fe899e786bf08765b1b085c5c1c2353fb',2386,'new.pdf','2026-11-27T10:34:23.740960+00:00');
INSERT INTO "source_files" VALUES('0542e229100a1549a6867941c02e0d8b44908da6310ce41518c6425f51b2d3a4',2383,'old.pdf','2026-11-27T10:34:23.750239+00:00');
CREATE TABLE vectors (
	encoder VARCHAR NOT NULL, 
	content VARCHAR NOT NULL, 
	data BLOB NOT NULL, 
	PRIMARY KEY (encoder, content)
);
INSERT INTO "vectors" VALUES('hash-for-tests:1','0d4ce7c9d6a08863c58dd0942f737e74',X'1AA6BA3C5BFEFA3DA379A83D4BECFEBD3690A33D97369BBC7443B43DED0C4E3E7443B43D7F8641BDD11ABD3D49DCAEBC4C12AA3E5B8B323E639CD8BD86FA5FBCA748973C16D7CB3D0DC6253E0988823EC911BFBDB32084BD42D330BC4F4825BE7009A53B3BD25A3EEBDA66BD1D4BEA3D8355B0BDE5FB27BDE35E203E9F3F193C1AA6BA3C5BFEFA3DA379A83D4BECFEBD3690A33D97369BBC7443B43DED0C4E3E7443B43D7F8641BDD11ABD3D49DCAEBC4C12AA3E5B8B323E639CD8BD86FA5FBCA748973C16D7CB3D0DC6253E0988823EC911BFBDB32084BD42D330BC4F4825BE7009A53B3BD25A3EEBDA66BD1D4BEA3D8355B0BDE5FB27BDE35E203E9F3F193C');
INSERT INTO "vectors" VALUES('hash-for-tests:1','43565d66d1a236f1064be95c95377fea',X'E69A693EF17B643E1B28883CCCF609BD72E7503E753A813D65FE043EB2DCD23CFE6170BDCEA8EABDEA7142BEC673D0BC2811D4BAB9E6F43D063B1A39D5569C3DF857CEBD4BB695BDF355FD3D08BC023DFE33383E915C093C5F229BBD1E30D9BDBCBDCDBD10F19C3D997A87BE8088883E32C7D6BD9CC46CBDD300ACBD8D5AB83CE69A693EF17B643E1B28883CCCF609BD72E7503E753A813D65FE043EB2DCD23CFE6170BDCEA8EABDEA7142BEC673D0BC2811D4BAB9E6F43D063B1A39D5569C3DF857CEBD4BB695BDF355FD3D08BC023DFE33383E915C093C5F229BBD1E30D9BDBCBDCDBD10F19C3D997A87BE8088883E32C7D6BD9CC46CBDD300ACBD8D5AB83C');
INSERT INTO "vectors" VALUES('hash-for-tests:1','4ddad9bf592c990972be78451fab7011',X'5ACEE2BC7825EE3D7D53E53CD8D286BEB63A223ECE7618BDA506DF3D486A413E312E4BBE7D5365BE1B4610BE4690853CC79E433ECE76983D161819BE14C45D3C78256E3D3706203D1040443E87AFD3BB642AD1BCE7E26CBC1E204C3D8CDD4ABE41A54E3CA5C39EBD00C940BEE79F2CBDA506DF3D2DEDF13DF62912BDC6F4E53D5ACEE2BC7825EE3D7D53E53CD8D286BEB63A223ECE7618BDA506DF3D486A413E312E4BBE7D5365BE1B4610BE4690853CC79E433ECE76983D161819BE14C45D3C78256E3D3706203D1040443E87AFD3BB642AD1BCE7E26CBC1E204C3D8CDD4ABE41A54E3CA5C39EBD00C940BEE79F2CBDA506DF3D2DEDF13DF62912BDC6F4E53D');
INSERT INTO "vectors" VALUES('hash-for-tests:1','648ea817a32796c8ed59bf30888a0a1f',X'5314873E6AAD1D3E9577003DB8AF50BD8B643F3EB547063DAA00203E09D2F13ADAB37BBD20ADC7BD62EC12BE780F45BD67DAB8BCCF24B93DA9AEE93C99C6663D0F78BBBD08EB553B17522A3DA72DBB3CF5E2643EE867D9BCD071C2BD12FE16BE01C4DDBD38094C3DF01D9ABE0F548D3E7ADD7CBD75F403BD3216F9BDF59A083D5314873E6AAD1D3E9577003DB8AF50BD8B643F3EB547063DAA00203E09D2F13ADAB37BBD20ADC7BD62EC12BE780F45BD67DAB8BCCF24B93DA9AEE93C99C6663D0F78BBBD08EB553B17522A3DA72DBB3CF5E2643EE867D9BCD071C2BD12FE16BE01C4DDBD38094C3DF01D9ABE0F548D3E7ADD7CBD75F403BD3216F9BDF59A083D');
INSERT INTO "vectors" VALUES('hash-for-tests:1','8930a8c1f88989734a30c58d01a24e4c',X'9878ADBD8EA6E73DBE8186BD58FB64BE5FB4833E8A1FEFBA84B0443E532B013DCE2330BDE5D3CA3D532B013D993BD13C0BDD233E6C3D063EFCC041BE2A9BAFBD2F47363EEDE13B3DA9DD7ABD622E643E54B1C83C65F238BE35F3BCBDC0A614BE1ABCA9BD1E43223C4FA408BBF9FC6C3D36B6E0BD53EEA43DC6521B3E81C8123E9878ADBD8EA6E73DBE8186BD58FB64BE5FB4833E8A1FEFBA84B0443E532B013DCE2330BDE5D3CA3D532B013D993BD13C0BDD233E6C3D063EFCC041BE2A9BAFBD2F47363EEDE13B3DA9DD7ABD622E643E54B1C83C65F238BE35F3BCBDC0A614BE1ABCA9BD1E43223C4FA408BBF9FC6C3D36B6E0BD53EEA43DC6521B3E81C8123E');
INSERT INTO "vectors" VALUES('hash-for-tests:1','8944a9028471c81b5b52106886221c1d',X'1CB9243D83B7CF3DBAC0D03D2752C4BDB63B883DC4D8E1BC84BE0F3EF351203EDA1684BD21452DBE42963DBDC35753BC04BBAF3EE4A8633E730CF6BD2F68B8BC12A193BD781EB03C66F02ABD3B08183E7A20CDBCE09DE9BD1CB924BDA28534BEEAB5FABCE6F38A3EE63032BCCE6FE43DCFF732BE3F13123D367C8F3DB0A83F3D1CB9243D83B7CF3DBAC0D03D2752C4BDB63B883DC4D8E1BC84BE0F3EF351203EDA1684BD21452DBE42963DBDC35753BC04BBAF3EE4A8633E730CF6BD2F68B8BC12A193BD781EB03C66F02ABD3B08183E7A20CDBCE09DE9BD1CB924BDA28534BEEAB5FABCE6F38A3EE63032BCCE6FE43DCFF732BE3F13123D367C8F3DB0A83F3D');
CREATE TABLE windows (
	encoder VARCHAR NOT NULL, 
	extraction_id VARCHAR NOT NULL, 
	part INTEGER NOT NULL, 
	ordinal INTEGER NOT NULL, 
	content VARCHAR NOT NULL, 
	PRIMARY KEY (encoder, extraction_id, part), 
	FOREIGN KEY(encoder, content) REFERENCES vectors (encoder, content), 
	FOREIGN KEY(extraction_id, ordinal) REFERENCES passages (extraction_id, ordinal)
);
INSERT INTO "windows" VALUES('hash-for-tests:1','x-7e57aa1524d68980',0,0,'8930a8c1f88989734a30c58d01a24e4c');
INSERT INTO "windows" VALUES('hash-for-tests:1','x-7e57aa1524d68980',1,1,'43565d66d1a236f1064be95c95377fea');
INSERT INTO "windows" VALUES('hash-for-tests:1','x-7e57aa1524d68980',2,2,'8944a9028471c81b5b52106886221c1d');
INSERT INTO "windows" VALUES('hash-for-tests:1','x-7e57aa1524d68980',3,3,'4ddad9bf592c990972be78451fab7011');
INSERT INTO "windows" VALUES('hash-for-tests:1','x-7856870b46e7ebfd',0,0,'8930a8c1f88989734a30c58d01a24e4c');
INSERT INTO "windows" VALUES('hash-for-tests:1','x-7856870b46e7ebfd',1,1,'648ea817a32796c8ed59bf30888a0a1f');
INSERT INTO "windows" VALUES('hash-for-tests:1','x-7856870b46e7ebfd',2,2,'0d4ce7c9d6a08863c58dd0942f737e74');
INSERT INTO "windows" VALUES('hash-for-tests:1','x-7856870b46e7ebfd',3,3,'4ddad9bf592c990972be78451fab7011');
CREATE INDEX acts_edition ON acts (edition_id);
COMMIT;
