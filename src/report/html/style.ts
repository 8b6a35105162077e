/** The report's style sheet: light and dark by the reader's system, and a page that prints. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--ink:#1c2430;--quiet:#5b6675;--rule:#d9dee5;--soft:#f4f6f9;--first:#1f6fb5;--second:#c2510a;--third:#7a4bb0;--plan:#5b6675;--trend:#b3124d;--pass:#136c3a;--fail:#b3141f;--open:#8a5a00;--warm:#7f8b9a;--away:#d69400;--outage:#d02030;--passbg:#e3f4e9;--failbg:#fde7e8;--openbg:#fdf1d8}
@media (prefers-color-scheme:dark){:root{--bg:#12161c;--ink:#e3e8ef;--quiet:#98a4b3;--rule:#2c3542;--soft:#1a2029;--first:#5aa9ee;--second:#f0914d;--third:#b794ea;--plan:#98a4b3;--trend:#ff6b9d;--pass:#5fd08d;--fail:#ff7a80;--open:#f0b849;--warm:#667384;--away:#c08a20;--outage:#ff5c66;--passbg:#123222;--failbg:#3c171a;--openbg:#38290b}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1120px;padding:0 20px 60px;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
header{border-left:8px solid var(--quiet);padding:14px 18px;margin:24px 0;background:var(--soft);border-radius:4px}
header.passed{border-color:var(--pass);background:var(--passbg)}header.failed{border-color:var(--fail);background:var(--failbg)}header.inconclusive,header.aborted{border-color:var(--open);background:var(--openbg)}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 4px}h2{font-size:1.2rem;margin:36px 0 10px;padding-top:10px;border-top:1px solid var(--rule)}h3{font-size:1rem;margin:22px 0 6px}
header p{margin:0;font-size:1.05rem}
nav{font-size:.9rem;color:var(--quiet)}nav{display:flex;flex-wrap:wrap;gap:0 14px}
a{color:var(--first)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.88rem;margin:8px 0}
th,td{text-align:left;padding:5px 10px 5px 0;border-bottom:1px solid var(--rule);vertical-align:top}
th{color:var(--quiet);font-weight:600;white-space:nowrap}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tr.why td{border-bottom:1px solid var(--rule);color:var(--quiet);padding-top:0}
tr.has-why td{border-bottom:0;padding-bottom:0}
td.when{white-space:nowrap;font-variant-numeric:tabular-nums}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 18px;margin:8px 0}dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
.status{font-weight:600;white-space:nowrap}.status.pass{color:var(--pass)}.status.fail{color:var(--fail)}.status.inconclusive{color:var(--open)}.status.not_applicable,.quiet{color:var(--quiet)}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--soft);padding:12px 14px;border-radius:4px;font-size:.85rem}
ul.checks{list-style:none;padding:0}ul.checks li::before{content:"\\2610  "}ul.checks li.done::before{content:"\\2611  "}
figure{margin:14px 0;break-inside:avoid}figcaption{font-weight:600;font-size:.9rem;margin-bottom:2px}
svg{display:block;width:100%;height:auto;overflow:hidden}svg.defs{position:absolute;width:0;height:0}
.legend{float:right;font-weight:400;color:var(--quiet);font-size:.82rem}.key{margin-left:14px}.key::before{content:"";display:inline-block;width:16px;height:0;border-top:2px solid var(--c);margin-right:5px;vertical-align:middle}
.key.area::before{height:10px;border:0;background:var(--c);opacity:.45}
.first{--c:var(--first)}.second{--c:var(--second)}.third{--c:var(--third)}.plan{--c:var(--plan)}.trend{--c:var(--trend)}
.key.plan::before,.key.trend::before{border-top-style:dashed}
.line{fill:none;stroke:var(--c);stroke-width:1.2;stroke-linejoin:round;stroke-linecap:round}
.line.plan{stroke-dasharray:5 4}.line.trend{stroke-width:1.8;stroke-dasharray:8 4}
.band{fill:var(--trend);opacity:.13}
.grid{stroke:var(--rule);stroke-width:.8}.tick{fill:var(--quiet);font-size:10.5px}
.warmup{--c:var(--warm)}.excluded{--c:var(--first)}.not_offered{--c:var(--away)}.paused{--c:var(--third)}.outage{--c:var(--outage)}
rect.area{fill:var(--c);opacity:.2}rect.area.outage{opacity:.5}
.alert{--c:var(--fail)}.change{--c:var(--third)}.restart{--c:var(--second)}.operator{--c:var(--first)}.trouble{--c:var(--away)}
.mark{stroke:var(--c);stroke-width:1;stroke-dasharray:2 3;opacity:.75}.symbol circle,.symbol rect{fill:var(--c);stroke:var(--bg);stroke-width:1}
@media (max-width:640px){body{padding:0 12px 40px}.legend{float:none;display:block}.key:first-child{margin-left:0}dl{grid-template-columns:1fr}dt{margin-top:6px}}
@media print{:root{color-scheme:light}body{max-width:none;font-size:11px;padding:0}nav{display:none}h2{break-after:avoid}tr,li{break-inside:avoid}thead{display:table-header-group}.scroll{overflow:visible}header{print-color-adjust:exact;-webkit-print-color-adjust:exact}rect.area,.band,.key::before{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
