"""The looks of a report page: one style sheet, light and dark, for screens, phones and paper. Nothing else is here."""

from __future__ import annotations

__all__ = ["STYLE"]

STYLE = """
:root{--paper:#fbfaf8;--card:#fff;--ink:#1d2129;--soft:#5c6470;--rule:#dcdfe4;--grid:#e8eaee;
--s1:#2563c9;--s2:#d9822b;--s3:#2f9e6e;--s4:#a04fb8;--s5:#7a6a55}
@media (prefers-color-scheme:dark){:root{--paper:#14171c;--card:#1c2027;--ink:#e8eaee;--soft:#9aa3b0;--rule:#343a45;
--grid:#2a2f38;--s1:#6ea3f5;--s2:#f0a659;--s3:#5ac79a;--s4:#cb8ae0;--s5:#b5a58e}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","DejaVu Sans",Arial,sans-serif}
main{max-width:940px;margin:0 auto;padding:2rem 1.25rem 3rem}
header p{margin:.15rem 0;color:var(--soft);overflow-wrap:anywhere}
header .kicker{font-size:.8rem;letter-spacing:.06em;text-transform:uppercase}
h1{font-size:1.6rem;line-height:1.2;margin:.1rem 0 .4rem;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:0 0 .5rem}
section{margin-top:2.25rem}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:1.5rem 0 0}
.card{background:var(--card);border:1px solid var(--rule);border-radius:.6rem;padding:.8rem .9rem}
.card dt{font-size:.85rem;color:var(--soft)}
.card dd{margin:0}
.card .big{font-size:1.55rem;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}
.card .real{color:var(--s2);font-size:.9rem;font-variant-numeric:tabular-nums}
.card .small{color:var(--soft);font-size:.8rem}
figure{margin:0;background:var(--card);border:1px solid var(--rule);border-radius:.6rem;padding:1rem}
figcaption{color:var(--soft);font-size:.9rem;margin-bottom:.6rem}
figcaption strong{display:block;color:var(--ink);font-size:1rem}
svg{display:block;width:100%;height:auto;font-family:inherit}
.narrow{display:none}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;list-style:none;margin:0 0 .5rem;padding:0;font-size:.9rem}
.legend i{display:inline-block;width:.8rem;height:.8rem;border-radius:.2rem;margin-right:.4rem;vertical-align:-.06rem;
background:var(--c)}
.s1{--c:var(--s1)}.s2{--c:var(--s2)}.s3{--c:var(--s3)}.s4{--c:var(--s4)}.s5{--c:var(--s5)}
.grid{stroke:var(--grid);stroke-width:1}.axis{stroke:var(--soft);stroke-width:1}
.tick,.unit,.name{font-size:12px;fill:var(--soft);font-variant-numeric:tabular-nums}.name{fill:var(--ink)}
.line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round}
.fill{fill:var(--c);opacity:.14}.bar{fill:var(--c)}.light{opacity:.4}.mark{stroke:var(--card);stroke-width:1}
.dash{stroke-dasharray:5 4}.aim{stroke:var(--c);stroke-width:1.5;stroke-dasharray:5 4;opacity:.75}
.d1{opacity:.08}.d2{opacity:.16}.d3{opacity:.25}.d4{opacity:.35}.d5{opacity:.45}.d6{opacity:.55}.d7{opacity:.66}
.d8{opacity:.77}.d9{opacity:.88}.d10{opacity:1}
.hover{fill:var(--ink);opacity:0}.hover:hover{opacity:.07}
details{margin-top:.6rem;font-size:.9rem}summary{cursor:pointer;color:var(--soft)}
.scroll{overflow-x:auto;-webkit-overflow-scrolling:touch}
table{border-collapse:collapse;width:100%;font-size:.92rem;font-variant-numeric:tabular-nums}
caption,.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
th,td{padding:.34rem .6rem;border-bottom:1px solid var(--rule);text-align:right;white-space:nowrap}
th:first-child{text-align:left}tbody th{font-weight:400}thead th{color:var(--soft);font-weight:600;font-size:.82rem}
td.best{font-weight:700;box-shadow:inset 0 -3px 0 var(--s3)}
.long tbody th{white-space:normal;min-width:9rem}
.terms{margin:.5rem 0;display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;color:var(--soft)}
.terms dd{margin:0}
tbody tr:hover{background:var(--grid)}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--card);border:1px solid var(--rule);border-radius:.6rem;
padding:.8rem;font-size:.85rem;margin:.5rem 0}
footer{margin-top:2.5rem;border-top:1px solid var(--rule);padding-top:.8rem;color:var(--soft);font-size:.85rem}
code{overflow-wrap:anywhere}
@media (max-width:640px){.wide{display:none}.narrow{display:block}
main{padding:1.25rem .8rem 2rem}figure{padding:.8rem .6rem}
th,td{padding:.32rem .35rem}table{font-size:.85rem}tbody th{white-space:normal;min-width:6.5rem}}
@media print{body{background:#fff}figure,.card{break-inside:avoid}}
"""
