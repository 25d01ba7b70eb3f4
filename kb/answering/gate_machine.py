"""Words of a PDF that speak to a machine: they are data, carry no sentence, and are kept from the language model."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.text import fold

_TO_A_MACHINE = re.compile(
    r"^\W*insert:|^\W*(?:please |then |and |now |always |also )*(?:say|state|write|cite|quote|claim"
    r"|declare|announce|answer|reply|respond|tell|output"
    r"|print|pretend|assume|insert [\"“:]|add that|mention that|record in the|rank)\b"
    r"|\b(?:cite as|cite this|quote (?:it|this|me) as|as if it were our"
    r"|citation (?:checker|marker)s?|metadata|competing documents"
    r"|(?:in|of) (?:the|your|every|any|each) answers?|the answer (?:must|should|is to)|override)\b"
    r"|^\W*系统[::]|结束系统|统一(?:回答|答复|口径)|请?首推[“「]|凡(?:涉及|问到|被问).{0,16}(?:问题|时)|(?:回答|称|说|写"
    r"|声明)[::]?[“「]|称其|请(?:称|说|写|记录|标注|引用|注明)"
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instruction|prompt|rule|above"
    r"|previous|prior|guideline|text|context)s?\b"
    r"|\b(?:system|developer|hidden|new) (?:prompt|message|instruction|note)s?\b"
    r"|\b(?:system|assistant|user|admin|developer)\s*(?:\]|>|:|\|)"
    r"|\b(?:language|ai) models?\b|\bllms?\b|\bchat ?bots?\b|\bas an ai\b"
    r"|\bai (?:assistant|system|reader|tool|summar)\w*|\bassistants?\b(?! (?:doctor|nurse"
    r"|physician|surg|prof))"
    r"|\b(?:dear|note (?:to|for)|attention|instructions? (?:to|for)) (?:the )?(?:ai|model"
    r"|assistant|machine|reader model|summari[sz]er)\w*"
    r"|\b(?:answer|reply|respond|output|print|say|state|write|tell|cite|append|include"
    r"|insert|quote|return|repeat|mention|report)\b.{0,30}\b(?:every (?:answer|question"
    r"|reply|response)|the user|the reader|your (?:answer|reply|response|output)|in (?:all"
    r"|any|every) (?:answer|response|repl))"
    r"|\b(?:answer|reply|respond) (?:only |always )?(?:with|in|that|as|by)\b"
    r"|\byour (?:answer|reply|response|output|instructions?|system|prompt|next|role"
    r"|task)\b"
    r"|\bwhen (?:asked|answering|summari[sz]ing|quoting|citing|questioned)\b"
    r"|\byou (?:are now|must|will|shall|should|have) (?:now |always |only |never "
    r"|not )?(?:answer|reply|say|state|cite|respond|output|act|ignore|pretend|be|recommend"
    r"|tell|write|free)\b"
    r"|\bpretend\b|\bact as\b|\brole-?play\b|\bjailbreak\b|\bdo anything now\b|\b(?:call"
    r"|invoke|run|execute) (?:the )?(?:tool|function|command)\b|<\|?[a-z_]+\|?>"
    r"|\[/?(?:inst|system|sys)\]|</?[a-z]+[^>]*>|<!--|\{\{|```|!\[|\]\("
    r"|^override\b|\boverride:|\bcite this (?:page|passage|text)\b|\brank (?:the|all)\b"
    r"|https?://|base64|\brot13\b|\bdecode\b"
    r"|(?:忽略|无视|忘记|覆盖|不要理会|跳过).{0,20}(?:指令|提示|规则|要求|以上|之前|前文|上文|内容|限制)|系统(?:提示|消息|指令)|提示词"
    r"|人工智能|大模型|语言模型|聊天机器人|\bai\b|助手|智能体|模型(?:应|须|请|必须|在)"
    r"|(?:回答|回复|答案|输出|作答|答复|总结|摘要|引用).{0,20}(?:必须|务必|一律|只|请|都|应|不得|不要|时)|(?:请|务必|必须|一律|应"
    r"|须).{0,10}(?:回答|回复|输出|作答|答复|写明|声明|注明|告诉|告知用户|说明)"
    r"|(?:用户|提问者|读者)|你(?:现在|必须|是|要|应|将|的)|扮演|每句(?:话)?(?:末尾|后面|都)|写(?:上|明)?\[|补充[:：]"
    r"|原样(?:显示|输出|照抄)|扫码|声明[“「『:：]|一律(?:标注|写|称)|标注为|解码|(?:调用|执行)(?:工具|函数|命令)"
)


_HIDDEN = re.compile("[^\\W\\d_][\u200b\u200c\u200d\u2060\ufeff][^\\W\\d_]")  # letters parted by what no eye sees


def speaks_to_a_machine(text: str) -> bool:
    """Whether a unit of a guideline addresses what reads it rather than a clinician."""
    return _HIDDEN.search(text) is not None or _TO_A_MACHINE.search(fold(text)) is not None


def usable_units(units: Sequence[str]) -> list[bool]:
    """For each unit of a passage whether it may carry a sentence: none that speaks to a machine, nor its neighbours."""
    suspect = [False, *(speaks_to_a_machine(unit) for unit in units), False]
    return [not any(suspect[index : index + 3]) for index in range(len(units))]
