package check

import "hexi/archive"

// Code says what sort of difference one is. Codes are stable: scripts and
// docs/operations.md go by them.
type Code string

// The codes, by what is compared.
const (
	// The database.
	DatabaseDamaged Code = "database-damaged" // its file or an index of it
	RowUnreadable   Code = "row-unreadable"   // a row does not hold what it should
	RowInconsistent Code = "row-inconsistent" // rows contradict each other
	LogBroken       Code = "log-broken"       // an entry of the log was altered or dropped
	AssetStuck      Code = "asset-stuck"      // no job brings it further
	AssetGivenUp    Code = "asset-given-up"   // its job failed for good

	// The masters.
	MasterMissing Code = "master-missing"
	MasterDamaged Code = "master-damaged"

	// The access copies.
	AccessMissing Code = "access-missing" // a file of it
	AccessDamaged Code = "access-damaged" // other bytes than were made
	AccessStale   Code = "access-stale"   // of another version than the catalogue says

	// The preservation packages.
	PackageMissing Code = "package-missing"
	PackageDamaged Code = "package-damaged" // not valid as an OCFL object
	PackageStale   Code = "package-stale"   // of another state than the catalogue's
	PackageDiffers Code = "package-differs" // of the catalogue's state, and says something else
	PackageUnknown Code = "package-unknown" // of a record that the catalogue does not know
	PackageRoot    Code = "package-root"    // the storage root itself

	// The archive's own vocabularies and profiles.
	VocabularyDiffers Code = "vocabulary-differs" // a file that is not as it is preserved

	// What lies in the object store.
	ObjectUnknown    Code = "object-unknown"    // no key of hexi's
	ObjectUnreadable Code = "object-unreadable" // the store does not give it, whatever it holds
	AccessOrphan     Code = "access-orphan"     // of an asset that there is not, or no file of it
	IncomingLeft     Code = "incoming-left"     // a master that is in its package already
	IncomingOrphan   Code = "incoming-orphan"   // a file that no asset has
	UnfinishedUpload Code = "unfinished-upload" // that nobody goes on with
	ErasedLeft       Code = "erased-left"       // of a record that was erased

	// The copies of the catalogue.
	SnapshotDamaged Code = "snapshot-damaged"
	JournalDamaged  Code = "journal-damaged" // a segment of it

	// The search index.
	IndexDamaged Code = "index-damaged"
	IndexMissing Code = "index-missing" // a record that is published is not in it
	IndexSurplus Code = "index-surplus" // one that is not published is
	IndexStale   Code = "index-stale"   // one is in it as it is not any more
	IndexAhead   Code = "index-ahead"   // it has come further than the log
)

// Cure is what to do about a code. Repair says what --repair does about it; "" is
// nothing: a person has to.
type Cure struct {
	Label  archive.Text // what it is, in a few words
	Do     archive.Text
	Repair Repair
}

// Repair is something that can be done without asking anyone.
type Repair string

// The repairs.
const (
	RepairDerive   Repair = "derive"   // make the access copy again
	RepairResume   Repair = "resume"   // make the job that is missing
	RepairPreserve Repair = "preserve" // write the package again
	RepairReindex  Repair = "reindex"  // bring the record into the index, or out of it
	RepairRebuild  Repair = "rebuild"  // make the whole index anew
	RepairRemove   Repair = "remove"   // remove an object that nobody knows, once it is old
	RepairErase    Repair = "erase"    // remove again what was erased
	RepairRestore  Repair = "restore"  // put a master's bytes back from another copy
)

// CureOf returns what to do about a code.
func CureOf(c Code) Cure { return cures[c] }

// Codes returns all codes, in the order in which reports list them.
func Codes() []Code {
	return []Code{
		VocabularyDiffers,
		DatabaseDamaged, RowUnreadable, RowInconsistent, LogBroken, AssetStuck, AssetGivenUp,
		MasterMissing, MasterDamaged, AccessMissing, AccessDamaged, AccessStale,
		PackageRoot, PackageMissing, PackageDamaged, PackageStale, PackageDiffers, PackageUnknown,
		ObjectUnreadable, ObjectUnknown, AccessOrphan, IncomingLeft, IncomingOrphan, UnfinishedUpload, ErasedLeft,
		SnapshotDamaged, JournalDamaged,
		IndexDamaged, IndexAhead, IndexMissing, IndexSurplus, IndexStale,
	}
}

var cures = map[Code]Cure{
	VocabularyDiffers: {
		archive.Text{"zh": "自有词表与保存包中的不一致", "en": "a vocabulary of your own is not as it is preserved"},
		archive.Text{
			"zh": "若是有意修改，重启服务与工作进程（或运行 hexi ingest），即予保存；否则从保存包 hexi:vocabularies 取回该文件（hexi check 给出其位置）。此前不要修复索引",
			"en": "if the change was meant, restart servers and workers, or run hexi ingest, which preserve it; if not, take the file back out of the package hexi:vocabularies (hexi check names the place). The index is not repaired before",
		}, "",
	},
	DatabaseDamaged: {
		archive.Text{"zh": "数据库损坏", "en": "the database is damaged"},
		archive.Text{
			"zh": "停止写入并保留数据库文件；从最近的快照恢复，或用 hexi rebuild --from-packages 由保存包重建",
			"en": "stop writing and keep the database as it is; restore the latest snapshot, or build it anew with hexi rebuild --from-packages",
		}, "",
	},
	RowUnreadable: {
		archive.Text{"zh": "数据行无法读取", "en": "a row cannot be read"},
		archive.Text{
			"zh": "从最近的快照恢复数据库，或用 hexi rebuild --from-packages 由保存包重建；先查明是谁改动了数据库",
			"en": "restore the database from the latest snapshot, or build it anew with hexi rebuild --from-packages; find out who wrote to the database",
		}, "",
	},
	RowInconsistent: {
		archive.Text{"zh": "数据行互相矛盾", "en": "rows contradict each other"},
		archive.Text{
			"zh": "从最近的快照恢复数据库；先查明是谁绕过 hexi 改动了数据库",
			"en": "restore the database from the latest snapshot; find out who wrote to the database beside hexi",
		}, "",
	},
	LogBroken: {
		archive.Text{"zh": "日志被改动或缺失", "en": "the log was altered or cut"},
		archive.Text{
			"zh": "保留数据库作为证据；与快照及他处留存的日志散列比对，再从快照恢复",
			"en": "keep the database as evidence; compare it with snapshots and with heads of the log that were noted elsewhere, then restore a snapshot",
		}, "",
	},
	AssetStuck: {
		archive.Text{"zh": "文件停在半途", "en": "a file is stuck half-way"},
		archive.Text{"zh": "用 --repair 补上它的任务", "en": "run hexi check --repair, which makes the job that is missing"}, RepairResume,
	},
	AssetGivenUp: {
		archive.Text{"zh": "文件的任务已放弃", "en": "a file's job was given up"},
		archive.Text{
			"zh": "母版安全；排除原因后用 --repair 再试一次",
			"en": "its master is safe; see to what kept the job from ending, then run hexi check --repair, which tries again",
		}, RepairResume,
	},
	MasterMissing: {
		archive.Text{"zh": "母版缺失", "en": "a master is missing"},
		archive.Text{
			"zh": "从备份取回原文件，运行 hexi check --repair --from 文件夹：按内容识别并放回原处",
			"en": "get the file out of a backup and run hexi check --repair --from FOLDER, which knows it by its bytes and puts it back",
		}, RepairRestore,
	},
	MasterDamaged: {
		archive.Text{"zh": "母版损坏", "en": "a master is damaged"},
		archive.Text{
			"zh": "检查存储设备；从备份取回原文件，运行 hexi check --repair --from 文件夹：按内容识别并放回原处",
			"en": "look after the disk; get the file out of a backup and run hexi check --repair --from FOLDER, which knows it by its bytes and puts it back",
		}, RepairRestore,
	},
	AccessMissing: {
		archive.Text{"zh": "利用级文件缺失", "en": "a part of an access copy is missing"},
		archive.Text{"zh": "用 --repair 由母版重新制作", "en": "run hexi check --repair, which makes it again from the master"}, RepairDerive,
	},
	AccessDamaged: {
		archive.Text{"zh": "利用级文件损坏", "en": "an access copy is damaged"},
		archive.Text{"zh": "检查存储设备；用 --repair 由母版重新制作", "en": "look after the disk; run hexi check --repair, which makes it again from the master"}, RepairDerive,
	},
	AccessStale: {
		archive.Text{"zh": "利用级文件与目录不符", "en": "an access copy is not the one that the catalogue means"},
		archive.Text{"zh": "用 --repair 由母版重新制作", "en": "run hexi check --repair, which makes it again from the master"}, RepairDerive,
	},
	PackageRoot: {
		archive.Text{"zh": "保存包根目录有误", "en": "the storage root of the packages is at fault"},
		archive.Text{"zh": "从备份恢复 ocfl/ 下的这些文件", "en": "restore these files below ocfl/ from a backup"}, "",
	},
	PackageMissing: {
		archive.Text{"zh": "保存包缺失", "en": "a preservation package is missing"},
		archive.Text{"zh": "用 --repair 重新写入", "en": "run hexi check --repair, which writes it again"}, RepairPreserve,
	},
	PackageDamaged: {
		archive.Text{"zh": "保存包损坏", "en": "a preservation package is damaged"},
		archive.Text{
			"zh": "检查存储设备；--repair 可修复包内有副本的部分，其余从备份恢复，母版用 --from 文件夹",
			"en": "look after the disk; hexi check --repair mends what stands twice in the package; restore any other file from a backup, a master with --from FOLDER",
		}, RepairPreserve,
	},
	PackageStale: {
		archive.Text{"zh": "保存包与目录不符", "en": "a preservation package is not of the catalogue's state"},
		archive.Text{"zh": "用 --repair 写入新版本", "en": "run hexi check --repair, which writes a new version of it"}, RepairPreserve,
	},
	PackageDiffers: {
		archive.Text{"zh": "保存包与目录对同一状态说法不一", "en": "a preservation package and the catalogue say different things of one state"},
		archive.Text{
			"zh": "二者之一被绕过 hexi 改动：以保存包为准时恢复快照或用 hexi rebuild --from-packages 重建目录；以目录为准时保存该记录一次",
			"en": "one of them was altered beside hexi: if the package is right, restore a snapshot or build the catalogue anew with hexi rebuild --from-packages; if the catalogue is, save the record once",
		}, "",
	},
	PackageUnknown: {
		archive.Text{"zh": "目录中没有此保存包的记录", "en": "the catalogue does not know the record of a package"},
		archive.Text{
			"zh": "目录可能是从旧快照恢复的：用更新的快照，或用 hexi rebuild --from-packages 重建；保存包不会被自动删除",
			"en": "the catalogue may be an older one: restore a later snapshot, or build it anew with hexi rebuild --from-packages; a package is never removed by itself",
		}, "",
	},
	ObjectUnreadable: {
		archive.Text{"zh": "文件无法读取", "en": "an object cannot be read"},
		archive.Text{
			"zh": "查看该文件所在位置：权限、指向外部的链接、存储服务或磁盘；排除原因或从备份恢复后再检查一次",
			"en": "look at what stands in its place: rights, a link out of the store, the store's service or its disk; put that right, or restore it from a backup, and check again",
		}, "",
	},
	ObjectUnknown: {
		archive.Text{"zh": "不属于本系统的文件", "en": "an object that is none of hexi's"},
		archive.Text{"zh": "查明来历后移走；不会被自动删除", "en": "find out where it comes from and take it away; it is never removed by itself"}, "",
	},
	AccessOrphan: {
		archive.Text{"zh": "无主的利用级文件", "en": "an access copy of nothing"},
		archive.Text{"zh": "用 --repair 删除存放已久的无主文件", "en": "run hexi check --repair, which removes it once it is old enough (--older)"}, RepairRemove,
	},
	IncomingLeft: {
		archive.Text{"zh": "母版在接收区的多余副本", "en": "a second copy of a master, in incoming/"},
		archive.Text{"zh": "用 --repair 删除：保存包中的一份完好", "en": "run hexi check --repair, which removes it: the one in its package is whole"}, RepairRemove,
	},
	IncomingOrphan: {
		archive.Text{"zh": "接收区中无主的文件", "en": "a file in incoming/ that no asset has"},
		archive.Text{
			"zh": "接收中断时留下：再次入库同一文件即会续上；确认无用后手工删除",
			"en": "a receiving that was cut off left it: take the same file in again and it is used; if nobody needs it, remove it by hand",
		}, "",
	},
	UnfinishedUpload: {
		archive.Text{"zh": "未完成的上传", "en": "an upload that was not finished"},
		archive.Text{"zh": "用 --repair 删除存放已久的未完成上传", "en": "run hexi check --repair, which removes it once it is old enough (--older)"}, RepairRemove,
	},
	ErasedLeft: {
		archive.Text{"zh": "已抹除记录的文件又出现了", "en": "files of a record that was erased are there again"},
		archive.Text{
			"zh": "多半来自存储的备份：用 --repair 再次删除，并从该备份中删去",
			"en": "a backup of the store brought them back: run hexi check --repair, which removes them again, and take them out of that backup",
		}, RepairErase,
	},
	SnapshotDamaged: {
		archive.Text{"zh": "目录快照损坏", "en": "a snapshot of the catalogue is damaged"},
		archive.Text{
			"zh": "检查存储设备；用 hexi snapshot --to store: 另做一份，再从备份取回或删除损坏的一份；不会被自动删除",
			"en": "look after the disk; make a new one (hexi snapshot --to store:), then get this one out of a backup or delete it; it is never removed by itself",
		}, "",
	},
	JournalDamaged: {
		archive.Text{"zh": "写入日志损坏", "en": "a segment of the journal is damaged"},
		archive.Text{
			"zh": "检查存储设备；立即用 hexi snapshot --to 做一份新快照，此后恢复不再需要这一段；较早的快照须从备份取回这一段",
			"en": "look after the disk; make a snapshot now (hexi snapshot --to), which does not need this segment; for older snapshots get it out of a backup",
		}, "",
	},
	IndexDamaged: {
		archive.Text{"zh": "检索索引损坏", "en": "the search index is damaged"},
		archive.Text{"zh": "检查磁盘；运行 hexi reindex 或用 --repair 重建索引", "en": "look after the disk; run hexi reindex, or hexi check --repair, which makes it anew"}, RepairRebuild,
	},
	IndexAhead: {
		archive.Text{"zh": "检索索引属于另一份目录", "en": "the search index is of another catalogue"},
		archive.Text{"zh": "运行 hexi reindex 或用 --repair 重建索引", "en": "run hexi reindex, or hexi check --repair, which makes it anew"}, RepairRebuild,
	},
	IndexMissing: {
		archive.Text{"zh": "已发布的记录检索不到", "en": "a published record is not in the search index"},
		archive.Text{"zh": "用 --repair 补入索引", "en": "run hexi check --repair, which indexes it"}, RepairReindex,
	},
	IndexSurplus: {
		archive.Text{"zh": "未发布的记录仍可检索", "en": "a record that is not published is in the search index"},
		archive.Text{"zh": "用 --repair 从索引移除", "en": "run hexi check --repair, which takes it out"}, RepairReindex,
	},
	IndexStale: {
		archive.Text{"zh": "索引内容与记录不符", "en": "a record is in the search index as it is not any more"},
		archive.Text{"zh": "用 --repair 更新索引", "en": "run hexi check --repair, which indexes it again"}, RepairReindex,
	},
}
