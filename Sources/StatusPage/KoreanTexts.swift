// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Locker

/// The page in Korean.
struct KoreanTexts: PageTexts {
    let title = "학생 볼륨 현황"
    let allCourses = "전체 과목"
    let language = "언어"
    let breadcrumb = "현재 위치"
    let reload = "새로 고침"
    let skip = "본문으로 건너뛰기"

    let asOf = "기준 시각"
    func cachedFor(_ seconds: Int64) -> String { "클러스터는 최대 \(seconds)초에 한 번만 조회합니다." }
    let silentSince = "클러스터가 응답하지 않습니다. 아래는 마지막으로 읽은 내용입니다. 읽은 시각:"
    let silentWithoutData = "클러스터가 응답하지 않으며, 아직 읽은 내용이 없습니다."
    let failedSince = "클러스터를 읽을 수 없습니다. 아래는 마지막으로 읽은 내용입니다. 읽은 시각:"
    let failedWithoutData = "클러스터를 읽을 수 없으며, 아직 읽은 내용이 없습니다."

    let courses = "과목"
    func students(_ course: String) -> String { "\(course) 과목의 학생" }
    let volumes = "볼륨"
    let erasures = "삭제 대기"
    let noCourses = "해당하는 과목이 없습니다."
    let noStudents = "볼륨을 가진 학생이 없습니다."
    let noVolumes = "볼륨이 없습니다."
    let noErasures = "삭제를 기다리는 볼륨이 없습니다."
    let healthNote = "상태는 볼륨의 레코드를 바탕으로 표시합니다. 이미지와 파일시스템은 이 페이지에서 점검하지 않습니다."

    let course = "과목"
    let student = "학생"
    let volume = "볼륨"
    let volumeCount = "볼륨 수"
    let size = "크기"
    let quota = "사용량과 할당량"
    let place = "마운트된 노드"
    let pool = "풀"
    let health = "상태"
    let created = "생성 시각"
    let state = "진행 상태"
    let deleted = "삭제 요청 시각"
    let reason = "지연 사유"

    let nobody = "지정되지 않음"
    let encrypted = "암호화됨"
    let noQuota = "할당량 없음"
    func of(_ part: String, _ whole: String) -> String { "\(whole) 중 \(part)" }
    func countOf(_ count: Int64, _ most: Int64) -> String { "\(most)개 중 \(count)개" }
    func percent(_ value: Int64) -> String { "\(value)%" }

    func level(_ level: QuotaLevel) -> String {
        switch level {
        case .unbounded, .low: "여유 있음"
        case .near: "한도에 가까움"
        case .full: "한도에 도달함"
        case .over: "한도를 초과함"
        }
    }

    let notAttached = "없음"
    func mounted(_ node: String, _ mapper: String) -> String { "\(node) (\(mapper))" }
    func attached(_ node: String) -> String { "\(node)에 연결됨, 아직 마운트되지 않음" }
    let readOnly = "읽기 전용"
    let since = "시작 시각:"

    func phase(_ phase: StatusVolume.Phase) -> String {
        switch phase {
        case .creating: "생성 중"
        case .ready: "준비됨"
        case .deleting: "삭제 중"
        }
    }

    func finding(_ finding: RecordFinding) -> String {
        switch finding {
        case .inOrder: "정상"
        case .keyDestroyed(let time):
            "읽을 수 없음: 키가 \(DateText.iso8601(milliseconds: time))에 파기되었습니다"
        case .filesystemUnfinished(let node):
            "\(node) 노드에서 파일시스템 생성을 마치지 못했습니다. 다음에 마운트할 때 다시 만듭니다"
        }
    }

    func erasure(_ state: ErasureState) -> String {
        switch state {
        case .queued: "순서 대기 중"
        case .removing: "데이터 삭제 중"
        case .verifying: "삭제 확인 중"
        case .trimming: "OSD에서 정리 중"
        case .waiting: "대기 중"
        case .failed: "실패, 다시 시도할 예정"
        }
    }

    func erasuresShown(_ shown: Int, _ count: String) -> String { "전체 \(count)건 중 가장 오래 기다린 \(shown)건입니다." }
    func atLeast(_ count: Int) -> String { "최소 \(count)" }
    let moreCourses = "다음 과목"
    let moreStudents = "다음 학생"
    let moreVolumes = "다음 볼륨"
    let fromBeginning = "처음부터"
    let footer = "읽기 전용 페이지입니다. 같은 내용의 JSON:"
}
