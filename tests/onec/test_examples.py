"""The examples in 1C language (examples/1c): syntax, names, callbacks, and each call of a component
against the class's own tables and against the component itself. No 1C:Enterprise is among the
tests."""

import re
import unittest
import xml.etree.ElementTree as ElementTree

import bsl
from host import ROOT, Host, Raised

FOLDER = ROOT / "examples/1c"
FORM = FOLDER / "ZvonTelephony/Forms/Form/Ext"
CLASSES = ("Zvon", "ROM-Asterisk", "ROM-Asterisk-Native", "BROM-Asterisk-Native", "MIKO")
LOGFORM = "{http://v8.1c.ru/8.3/xcf/logform}"

# What the platform gives by itself, as far as the examples use it.
VALUES = set("""этотобъект символы типвнешнейкомпоненты типподключениявнешнейкомпоненты
уникальныйидентификатор метаданные хешфункция вебсокетклиентсоединения""".split())
FUNCTIONS = set("""подключитьвнешнююкомпоненту установитьвнешнююкомпоненту
начатьподключениевнешнейкомпоненты начатьустановкувнешнейкомпоненты загрузитьвнешнююкомпоненту
создатьобъект новый сообщить состояние оповестить показатьоповещениепользователя открытьформу
прочитатьjson нстр текущаядата началодня конецдня формат лев сред найти сокрлп стрчислострок
стрполучитьстроку симв описаниеошибки краткоепредставлениеошибки каталогвременныхфайлов
реквизитформывзначение поместитьвовременноехранилище получитьмакет
перейтипонавигационнойссылке""".split())

# Methods that need not be shown: the same as others, or of no use in a script.
NOT_SHOWN = {
    "MIKO": lambda name, shown: name not in ("Connect", "Disconnect", "LoadFunctions", "Functions",
                                             "Originate", "AGI", "Redirect", "QueueAdd",
                                             "QueuePenalty", "SetVar", "QueueStatus"),
}


class Example:
    """One module, and what its head says: // Класс компоненты: X; объект: Y."""

    def __init__(self, path):
        self.path, self.text = path, path.read_text(encoding="utf-8")
        self.module = bsl.Module(self.text)
        found = re.search(r"^// Класс компоненты: ([\w-]+); объект: (\w+)\.", self.text, re.M)
        self.class_name, self.object = found.groups() if found else (None, None)
        head = re.sub(r"\s*\n//\s*", " ", self.text.partition("\n\n")[0])
        named = re.search(r"общий модуль (\w+)", head)
        self.name = named.group(1) if named else None

    def uses(self):
        return [m for m in self.module.members if m.of.lower() == (self.object or "").lower()]


def examples():
    return [Example(path) for path in sorted(FOLDER.rglob("*.bsl"))]


def form_names():
    """Attributes of the form: variables of its module."""
    root = ElementTree.parse(FORM / "Form.xml").getroot()
    return {a.get("name").lower() for a in root.iter(LOGFORM + "Attribute")}


class Tables:
    """What a class offers, as the component says it to 1C."""

    def __init__(self, thing):
        self.methods, self.properties = {}, {}
        for name, (russian, shape, defaults) in thing.methods().items():
            entry = (name, int(shape[:-1]), set(defaults))
            self.methods[name.lower()] = self.methods[russian.lower()] = entry
        for name, (russian, access) in thing.props().items():
            self.properties[name.lower()] = self.properties[russian.lower()] = (name, access)


def find_async(name, beginning, table):
    rest = name.lower()
    return table.get(rest[len(beginning):]) if rest.startswith(beginning) else None


def resolve(member, tables):
    """(kind, entry, arguments, parameters of the callback or None) of a use."""
    method = find_async(member.name, "начатьвызов", tables.methods)
    if method:
        return "call", method, member.arguments[1:], 3
    prop = find_async(member.name, "начатьполучение", tables.properties)
    if prop:
        return "get", prop, member.arguments[1:], 2
    prop = find_async(member.name, "начатьустановку", tables.properties)
    if prop:
        return "set", prop, member.arguments[1:], 1
    table = tables.methods if member.how == "call" else tables.properties
    return member.how, table.get(member.name.lower()), member.arguments, None


def check_use(member, tables, module):
    kind, entry, arguments, callback = resolve(member, tables)
    if not entry:
        return [(member.line, "%s has no %s" % (member.of, member.name))]
    wrong = []
    if callback:
        first = member.arguments[0] if member.arguments else None
        wrong += module.check_callback(first, member.routine, callback, member.line)
    if kind == "call":
        _, n, defaults = entry
        missing = [i for i in range(n) if i not in defaults
                   and (i >= len(arguments) or arguments[i] is None)]
        if len(arguments) > n or missing:
            wrong.append((member.line, "%s: %d arguments for %d parameters, %s must be given"
                          % (member.name, len(arguments), n, missing)))
    elif kind[0] not in entry[1].replace("w", "s").replace("r", "g"):
        wrong.append((member.line, "%s cannot be %s" % (member.name, kind)))
    return wrong


def value_of(node):
    """What a call is played with: literals as they are."""
    if node is None:
        return None
    if node.kind == "text":
        return node.value
    if node.kind == "number":
        return float(node.value) if "." in node.value else int(node.value)
    if node.kind == "constant":
        return {"истина": True, "ложь": False}.get(node.value)
    return "{}" if node.kind == "name" and node.value == "Аргументы" else "101"


# What the component says of a call that does not fit its table (src/onec/arguments.c).
MISFIT = r"параметр \d+ \(\w+\)(: ожидается| не указан| длиннее)|передано параметров"


class Syntax(unittest.TestCase):
    """bsl.py itself: what it must find."""

    def test_broken(self):
        rows = (
            "Процедура А() Если Истина Тогда КонецПроцедуры",
            "Процедура А() Пока Истина Цикл КонецЕсли; КонецПроцедуры",
            "Процедура А() Попытка Б(); КонецПопытки; КонецПроцедуры",
            "Функция А() Возврат 1; КонецПроцедуры",
            "Процедура А() Возврат 1; КонецПроцедуры",
            "Функция А() Возврат; КонецФункции",
            "Процедура А() Б( ; КонецПроцедуры",
            "Процедура А() Б()) ; КонецПроцедуры",
            "Процедура А() Б = ; КонецПроцедуры",
            "Процедура А() Б() В(); КонецПроцедуры",
            "Процедура А() Б; КонецПроцедуры",
            "Процедура А() Б = \"нет конца; КонецПроцедуры",
            "Процедура А() Для Каждого Б Цикл КонецЦикла; КонецПроцедуры",
            "Процедура А() КонецПроцедуры Процедура а() КонецПроцедуры",
            "Процедура А(Б В) КонецПроцедуры",
            "Процедура А() Б = ?(В, Г); КонецПроцедуры",
            "Процедура А() Если = 1; КонецПроцедуры",
            "КонецПроцедуры",
            "Процедура А() #",
        )
        for text in rows:
            with self.subTest(text), self.assertRaises(bsl.Wrong):
                bsl.Module(text)

    def test_protocol_examples(self):
        """Those of docs/protocol, which know no component."""
        for path in (ROOT / "docs/protocol/examples").glob("*.bsl"):
            bsl.Module(path.read_text(encoding="utf-8"))

    def test_names(self):
        """What is not known, given or exported, and callbacks of another shape."""
        rows = (
            ("Процедура А() Б = В; КонецПроцедуры", "в: nobody gave it"),
            ("Процедура А() Неведомо(1); КонецПроцедуры", "not known"),
            ("Процедура А(Х) КонецПроцедуры Процедура Б() А(); КонецПроцедуры", "0 arguments"),
            ("Процедура А() НачатьУстановкуВнешнейКомпоненты(Новый ОписаниеОповещения(\"Б\", "
             "ЭтотОбъект), \"\"); КонецПроцедуры", "no exported Б"),
            ("Процедура А() НачатьУстановкуВнешнейКомпоненты(Новый ОписаниеОповещения(\"Б\", "
             "ЭтотОбъект), \"\"); КонецПроцедуры Процедура Б(Х, У) Экспорт КонецПроцедуры",
             "takes 2 parameters, is called with 1"),
        )
        for text, words in rows:
            with self.subTest(text):
                wrong = bsl.Module(text).check(VALUES, FUNCTIONS, {})
                self.assertIn(words, str(wrong))

    def test_uses(self):
        """A method or property that is not there, or is used in another way."""
        class Thing:
            @staticmethod
            def methods():
                return {"Connect": ("Подключить", "3f", {1: "", 2: ""})}

            @staticmethod
            def props():
                return {"State": ("Состояние", "r"), "Line": ("Линия", "rw")}

        tables = Tables(Thing)
        good = ("К.Подключить(1)", "К.connect(1, , 3)", "К.Линия = 1", "Б = К.State")
        bad = ("К.Подключить()", "К.Подключить(, 1)", "К.Подключить(1, 2, 3, 4)", "К.Нет()",
               "К.Состояние = 1", "К.Линия(1)", "К.НачатьВызовПодключить(1)",
               "К.НачатьПолучениеНет(1)")
        for text in good + bad:
            with self.subTest(text):
                module = bsl.Module("Процедура А() %s; КонецПроцедуры" % text)
                wrong = [w for m in module.members for w in check_use(m, tables, module)]
                self.assertEqual(bool(wrong), text in bad, wrong)


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.examples = examples()
        cls.host = Host()
        cls.addClassCleanup(cls.host.kill)
        cls.host.load()
        cls.things = {name: cls.host.new(name) for name in CLASSES}
        cls.tables = {name: Tables(thing) for name, thing in cls.things.items()}

    def test_names(self):
        """Every name is somebody's; callbacks fit; modules of the folder fit one another."""
        modules = {e.name.lower(): e.module for e in self.examples if e.name}
        shared = next(e for e in self.examples if e.path.name == "application-module.bsl")
        for example in self.examples:
            known = VALUES | set(shared.module.variables)
            if FORM in example.path.parents:
                known |= form_names()
            for other in ("zvonвызовсервера",):
                known.add(other)  # of the reader's own configuration
            with self.subTest(example.path.name):
                self.assertEqual(example.module.check(known, FUNCTIONS, modules), [])

    def test_members(self):
        """Each method and property is there, and used as the class wants it."""
        count = 0
        for example in self.examples:
            for member in example.uses():
                with self.subTest("%s:%d" % (example.path.name, member.line)):
                    wrong = check_use(member, self.tables[example.class_name], example.module)
                    self.assertEqual(wrong, [])
                    count += 1
        self.assertGreater(count, 100)

    def test_all_are_shown(self):
        """There is an example of each method, and of each property of Zvon."""
        for name in ("Zvon", "ROM-Asterisk-Native", "MIKO"):
            tables, shown = self.tables[name], set()
            for example in self.examples:
                if example.class_name == name:
                    shown |= {resolve(m, tables)[1][0] for m in example.uses()}
            wanted = {entry[0] for entry in tables.methods.values()}
            if name == "Zvon":
                wanted |= {entry[0] for entry in tables.properties.values()}
            skip = NOT_SHOWN.get(name, lambda *_: False)
            self.assertEqual({n for n in wanted - shown if not skip(n, shown)}, set(), name)

    def test_calls_are_taken(self):
        """Each call, played without a connection: no name is missed, no argument refused."""
        for example in self.examples:
            for member in example.uses():
                with self.subTest("%s:%d" % (example.path.name, member.line)):
                    self.play(example.class_name, member)

    def play(self, class_name, member):
        thing = self.things[class_name]
        kind, entry, arguments, _ = resolve(member, self.tables[class_name])
        try:
            if kind == "get":
                thing.get(entry[0])
            elif kind == "call" and entry[0] != "Connect":
                thing.call(entry[0], *[value_of(a) for a in arguments], timeout=10)
        except Raised as error:
            # not connected, no such file: but never what it was called with
            self.assertNotRegex(str(error), MISFIT, member.name)

    def test_misfits_are_seen(self):
        """The pattern above is what the component says."""
        for arguments in ((), ([],) * 9, (b"x",)):
            with self.assertRaisesRegex(Raised, MISFIT):
                self.things["Zvon"].call("MakeCall", *["1" if a == [] else a for a in arguments])

    def test_data_processor(self):
        """The files of the external data processor fit one another."""
        for path in FOLDER.rglob("*.xml"):
            ElementTree.parse(path)
        form = ElementTree.parse(FORM / "Form.xml").getroot()
        module = next(e for e in self.examples if FORM in e.path.parents).module
        actions = [a.text for a in form.iter(LOGFORM + "Action")]
        actions += [e.text for e in form.iter(LOGFORM + "Event")]
        for action in actions:
            self.assertIn(action.lower(), module.routines)
        names = [e.get("name") for e in form.iter(LOGFORM + "Command")]
        buttons = [e.text.rpartition(".")[2] for e in form.iter(LOGFORM + "CommandName")]
        self.assertEqual(sorted(names), sorted(buttons))
        numbers = [e.get("id") for e in form.iter() if e.get("id") and e.get("id") != "-1"]
        self.assertEqual(len(set(numbers)), len(numbers))


if __name__ == "__main__":
    unittest.main()
