// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Locker authors

internal import Crypto
internal import FoundationEssentials

/// How the page looks: one style sheet, known to the browser by its digest.
enum PageStyle {
    /// The sheet. Neither `<` nor `&` may be in it, for it stands in XML as it is.
    static let sheet: StaticString = """
        :root{color-scheme:light dark;--ink:#1b1f24;--dim:#57606a;--paper:#fff;--band:#f3f5f7;--line:#d0d7de;\
        --link:#0550ae;--good:#116329;--warn:#7d4e00;--bad:#a40e26;--warnpaper:#fff8c5}
        @media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9ba5b0;--paper:#0d1117;--band:#161b22;\
        --line:#3a424c;--link:#79b8ff;--good:#56d364;--warn:#e3b341;--bad:#ff8b83;--warnpaper:#2e2500}}
        *{box-sizing:border-box}
        body{margin:0 auto;padding:1rem 1.25rem 2rem;max-width:76rem;background:var(--paper);color:var(--ink);\
        font:1rem/1.5 system-ui,"Noto Sans","Noto Sans CJK KR","Malgun Gothic",sans-serif}
        a{color:var(--link)}
        h1{font-size:1.5rem;margin:.25rem 0 .5rem}
        h2,caption{font-size:1.15rem;font-weight:600;text-align:start;padding:.25rem 0}
        header nav,.pages{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:baseline}
        header nav ol{display:flex;flex-wrap:wrap;list-style:none;margin:0;padding:0;flex:1}
        header nav li+li::before{content:"\\203A";margin:0 .5rem;color:var(--dim)}
        .skip{position:absolute;left:-99rem}.skip:focus{left:1rem;background:var(--paper);padding:.5rem}
        .note,small,footer{color:var(--dim);font-size:.875rem}
        .trouble{border:2px solid var(--warn);background:var(--warnpaper);padding:.75rem 1rem;border-radius:.375rem}
        .trouble p{margin:.25rem 0;overflow-wrap:anywhere}
        .figures{display:flex;flex-wrap:wrap;gap:.75rem;margin:1rem 0;padding:0}
        .figures div{border:1px solid var(--line);border-radius:.375rem;padding:.5rem 1rem;min-width:8rem}
        .figures dt{color:var(--dim);font-size:.875rem}.figures dd{margin:0;font-size:1.35rem}
        section{margin-top:1.75rem}
        table{border-collapse:collapse;width:100%}
        th,td{text-align:start;vertical-align:top;padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--line)}
        thead th{color:var(--dim);font-size:.875rem;font-weight:600;border-bottom-width:2px}
        tbody th{font-weight:600;min-width:8rem}
        td,tbody th{overflow-wrap:anywhere;word-break:keep-all}
        time,.number{white-space:nowrap;font-variant-numeric:tabular-nums}
        small{display:block;font-weight:400}
        meter{display:block;width:100%;max-width:14rem;height:.9rem}
        .good,td a{white-space:nowrap}
        .good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}
        .warn,.bad{font-weight:600}
        @media (max-width:46rem){
        body{padding:.75rem}
        thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        table,caption,tbody,tr,td,tbody th{display:block}
        tr{border:1px solid var(--line);border-radius:.375rem;margin:.5rem 0;padding:.35rem .75rem}
        th,td{border:0;padding:.15rem 0}
        td{display:grid;grid-template-columns:7rem minmax(0,1fr);column-gap:.5rem}
        td::before{content:attr(data-label);color:var(--dim);font-size:.875rem;grid-row:1 / span 9}
        td>*{grid-column:2}
        td a,td .number{white-space:normal}
        }
        @media print{
        :root{--ink:#000;--dim:#333;--paper:#fff;--line:#999;--link:#000;--good:#000;--warn:#000;--bad:#000}
        :root{color-scheme:light}
        body{max-width:none;padding:0;font-size:10pt}
        .skip,.pages,.reload,.languages{display:none}
        tr{break-inside:avoid}thead{display:table-header-group}
        meter{print-color-adjust:exact}
        }
        """

    /// The digest of the sheet, as a Content-Security-Policy names it.
    static let source: String = {
        let digest = SHA256.hash(data: Array("\(Self.sheet)".utf8))
        return "'sha256-\(Data(digest).base64EncodedString())'"
    }()
}
