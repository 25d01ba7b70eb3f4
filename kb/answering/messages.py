"""What an answer says in its own words, in English and Chinese. Never a statement about medicine."""

from __future__ import annotations

MESSAGES: dict[str, dict[str, str]] = {
    "not_covered": {
        "en": "The library does not cover this question. This does not mean that something is not recommended.",
        "zh": "本知识库没有收录能回答这个问题的内容。这并不表示“不推荐”。",
    },
    "missing": {
        "en": "Not found near anything that fits: {words}.",
        "zh": "没有找到相关内容：{words}。",
    },
    "nearest": {
        "en": "Nearest: {title}, page {page}.",
        "zh": "最接近的内容：{title}，第{page}页。",
    },
    "no_edition_in_force": {
        "en": "Only text that is no longer, or not yet, in force on {date} covers this: {titles}.",
        "zh": "在{date}，只有已失效或尚未生效的版本涉及这个问题：{titles}。",
    },
    "draft_only": {
        "en": "Only a draft covers this: {titles}. A draft is never in force.",
        "zh": "只有征求意见稿涉及这个问题：{titles}。征求意见稿不具效力。",
    },
    "unsafe": {
        "en": "The library does not answer this. In an emergency call your emergency number.",
        "zh": "本知识库不回答这个问题。紧急情况请立即拨打急救电话。",
    },
    "empty_library": {
        "en": "Nothing is published in this library yet.",
        "zh": "本知识库还没有发布任何指南。",
    },
    "nothing_matches": {
        "en": "No published guideline matches the filters on {date}.",
        "zh": "在{date}，没有符合筛选条件的已发布指南。",
    },
    "superseded": {
        "en": "{name} was superseded{by}.",
        "zh": "{name}已被替代{by}。",
    },
    "superseded_since": {
        "en": "{name} was in force on {date}; since then it was superseded{by}.",
        "zh": "{name}在{date}现行有效，其后已被替代{by}。",
    },
    "partially_superseded": {
        "en": "Parts of {name} were replaced; what is quoted is not among them as far as this library knows.",
        "zh": "{name}的部分内容已被替代；就本知识库所知，所引内容仍有效。",
    },
    "replaced_part": {
        "en": "The quoted part of {name} was replaced.",
        "zh": "所引的{name}内容已被替代。",
    },
    "expired": {"en": "{name} has passed its last valid day.", "zh": "{name}已超过有效期。"},
    "withdrawn": {"en": "{name} was withdrawn by its publisher.", "zh": "{name}已被发布机构撤回。"},
    "not_yet_effective": {"en": "{name} is not yet in force.", "zh": "{name}尚未生效。"},
    "draft": {"en": "{name} is a draft and not in force.", "zh": "{name}是征求意见稿，不具效力。"},
    "corrected": {
        "en": "{name} was corrected by its publisher; the correction: {title}.",
        "zh": "{name}已有勘误：{title}。",
    },
    "archived": {
        "en": "This copy of {name} is marked by its publisher: “{stamp}”.",
        "zh": "{name}的这一份文件带有发布机构的标记：“{stamp}”。",
    },
    "review_due": {
        "en": "{name} is dated {date}; check whether there is a newer edition.",
        "zh": "{name}的日期为{date}；请核对是否已有新版。",
    },
    "review_rule": {
        "en": "{name} is dated {date}; by its publisher's rule ({rule}) it should be checked for a newer edition.",
        "zh": "{name}的日期为{date}；按发布机构的规则（{rule}），请核对是否已有新版。",
    },
    "review_passed": {
        "en": "{name} announced a review for {date}.",
        "zh": "{name}原定于{date}复审。",
    },
    "date_imprecise": {
        "en": "{older} gave way to {newer} at a date known only as {date}; both are shown.",
        "zh": "{newer}取代{older}的日期仅知为{date}，两版均列出。",
    },
    "conflict_of_currency": {
        "en": "Several editions of one guideline are in force and nothing says which replaces which: {names}.",
        "zh": "同一指南有多个版本同时有效，且没有替代关系记录：{names}。",
    },
    "conflict": {
        "en": "Bodies in force may differ here; compare {names}.",
        "zh": "不同机构的现行指南在此可能不一致，请比较：{names}。",
    },
    "patient": {
        "en": "This is guideline text, not a decision about a patient. Decide with the whole record at hand.",
        "zh": "以下是指南原文，不是针对某位患者的决定；请结合完整病情判断。",
    },
    "follow_up": {"en": "Read as a follow-up: “{question}”", "zh": "按追问理解为：“{question}”"},
    "generated": {
        "en": "Written by a language model; each sentence was checked against the text that it cites. Read the quotes.",
        "zh": "由语言模型撰写，每句均已与所引原文核对。请以引文为准。",
    },
    "removed": {
        "en": "{count} sentences removed: not supported by the cited text.",
        "zh": "已删去{count}句：所引原文不支持。",
    },
    "removed_one": {
        "en": "1 sentence removed: not supported by the cited text.",
        "zh": "已删去1句：所引原文不支持。",
    },
    "shortened": {
        "en": "Sentences beyond five citations were left out; see the further passages.",
        "zh": "超过五条引文的句子未列出，请看其他相关段落。",
    },
    "not_stated": {"en": "The cited text does not say: {words}.", "zh": "所引原文未涉及：{words}。"},
    "read_as": {"en": "Read as the same: {what}.", "zh": "视为等同：{what}。"},
    "model_failed": {
        "en": "No written answer: {why} Quotes are shown instead.",
        "zh": "没有生成回答（{why}），改为显示引文。",
    },
    "model_no_room": {
        "en": "No written answer: no passage that may be given fits the model's context. Quotes are shown.",
        "zh": "没有生成回答：没有可交给模型且放得下的段落，改为显示引文。",
    },
    "model_resting": {
        "en": "The language model failed a moment ago and is not asked for {seconds} s. Quotes are shown.",
        "zh": "语言模型刚才出错，{seconds}秒内不再调用，显示引文。",
    },
    "model_stopped": {"en": "Stopped. Quotes are shown.", "zh": "已停止，显示引文。"},
    "nothing_supported": {
        "en": "No written answer: the cited text supports none of its {count} sentences. Quotes are shown instead.",
        "zh": "没有生成回答：所引原文不支持其中任何一句（共{count}句），改为显示引文。",
    },
    "most_removed": {
        "en": "No written answer: the cited text does not support {count} sentences, most of it. Quotes are shown.",
        "zh": "没有生成回答：{count}句（大部分）得不到所引原文支持，显示引文。",
    },
    "warning_removed": {
        "en": "No written answer: a sentence that limits or warns could not be verified. Quotes are shown instead.",
        "zh": "没有生成回答：其中一句限制或警示无法核实，改为显示引文。",
    },
    "both_sides": {
        "en": "No written answer: it would show one side only where texts differ. Quotes are shown instead.",
        "zh": "没有生成回答：原文说法不一而回答只给出一方，改为显示引文。",
    },
    "degraded": {"en": "{notice}", "zh": "{notice}"},
    "encoder_blind": {
        "en": "The embedded model hardly knows this question's words; it was matched by words alone.",
        "zh": "内置模型对该问题的用词几乎无所知，仅按词语匹配。",
    },
}


def say(code: str, language: str, **values: str) -> str:
    """A message in the reader's language; English where there is none."""
    texts = MESSAGES[code]
    return texts.get(language, texts["en"]).format(**values)
