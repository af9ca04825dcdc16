"""The language of 1C:Enterprise as far as the examples need it: is a module well formed, and
what does it call?

    module = Module(text)              # Wrong(line, what) where the syntax is broken
    module.routines["подключить"]      # Routine: name, parameters, is_function, is_exported …
    module.members                     # Member: what is done with `Object.Name`
    module.calls                       # Call: Name(…) of no object
    module.check(known)                # [(line, what), …]: names nobody knows, callbacks that
                                       # do not fit …

Names are compared without case. No program is run here.
"""

import re

KEYWORDS = set("""процедура конецпроцедуры функция конецфункции перем если тогда иначеесли иначе
конецесли для каждого из по пока цикл конеццикла попытка исключение конецпопытки возврат прервать
продолжить вызватьисключение новый экспорт знач и или не истина ложь неопределено null""".split())
CONSTANTS = ("истина", "ложь", "неопределено", "null")

TOKEN = re.compile(r"""
    (?P<space>[ \t\r]+|//[^\n]*) | (?P<line>\n)
  | (?P<mark>[#&][^\n]*)
  | (?P<text>"(?:[^"\n]|""|\n[ \t]*\|)*")
  | (?P<date>'\d{8}(?:\d{6})?')
  | (?P<number>\d+(?:\.\d+)?)
  | (?P<name>[A-Za-zА-Яа-яЁё_][A-Za-zА-Яа-яЁё_0-9]*)
  | (?P<sign><>|<=|>=|[-+*/%=<>()\[\].,;?])
""", re.X)

BINARY = {"+", "-", "*", "/", "%", "=", "<>", "<", ">", "<=", ">=", "и", "или"}

# What the platform calls a callback with, by the method that gets it.
PLATFORM_CALLBACKS = {"начатьподключениевнешнейкомпоненты": 2, "начатьустановкувнешнейкомпоненты": 1}
ERROR_CALLBACK = 3


class Wrong(Exception):
    def __init__(self, line, what):
        super().__init__("line %d: %s" % (line, what))
        self.line, self.what = line, what


class Token:
    def __init__(self, kind, text, line):
        self.kind, self.text, self.line = kind, text, line
        self.word = text.lower() if kind == "name" else text


def tokens(text):
    found, at, line = [], 0, 1
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise Wrong(line, "what is %r?" % text[at:at + 10])
        kind, piece = match.lastgroup, match.group()
        if kind not in ("space", "line", "mark"):
            found.append(Token(kind, piece, line))
        line += piece.count("\n")
        at = match.end()
    found.append(Token("end", "", line))
    return found


class Node:
    """An expression: kind text number constant name call member index new ternary, and its
    parts."""

    def __init__(self, kind, line, value="", parts=()):
        self.kind, self.line, self.value, self.parts = kind, line, value, list(parts)

    @property
    def arguments(self):
        return self.parts[1:] if self.kind in ("call", "member-call") else self.parts


class Routine:
    def __init__(self, name, line, is_function):
        self.name, self.line, self.is_function = name, line, is_function
        self.parameters = []  # (name, has a default)
        self.is_exported = False
        self.locals, self.used = {}, []  # name -> line; (name, line)
        self.values = {}  # of a local: the last expression given to it
        self.returns = []

    def takes(self, n):
        least = sum(not default for _, default in self.parameters)
        return least <= n <= len(self.parameters)


class Member:
    """`Object.Name`: how is call, get or set; arguments are nodes (None: left out)."""

    def __init__(self, of, name, how, arguments, line, routine):
        self.of, self.name, self.how, self.arguments = of, name, how, arguments
        self.line, self.routine = line, routine


class Call:
    def __init__(self, name, arguments, line, routine):
        self.name, self.arguments, self.line, self.routine = name, arguments, line, routine


class Module:
    def __init__(self, text):
        self.tokens, self.at = tokens(text), 0
        self.routines, self.variables = {}, {}
        self.members, self.calls, self.news = [], [], []
        self.body = Routine("", 1, False)  # what stands outside of all
        self.routine = self.body
        self.module()

    # -- tokens

    @property
    def now(self):
        return self.tokens[self.at]

    def take(self):
        token = self.now
        self.at += 1
        return token

    def is_word(self, *words):
        return self.now.kind in ("name", "sign") and self.now.word in words

    def skip(self, word):
        if self.is_word(word):
            return self.take()
        return None

    def want(self, *words):
        if not self.is_word(*words):
            raise Wrong(self.now.line, "%s is wanted, not %r" % (" or ".join(words),
                                                                 self.now.text or "the end"))
        return self.take()

    def identifier(self):
        token = self.take()
        if token.kind != "name" or token.word in KEYWORDS:
            raise Wrong(token.line, "a name is wanted, not %r" % token.text)
        return token

    # -- a module

    def module(self):
        while self.is_word("перем"):
            self.declare(self.variables)
        while self.is_word("процедура", "функция"):
            self.define()
        self.block(())
        if self.now.kind != "end":
            raise Wrong(self.now.line, "%r has no beginning" % self.now.text)

    def declare(self, into):
        self.want("перем")
        while True:
            name = self.identifier()
            into[name.word] = name.line
            self.skip("экспорт")
            if not self.skip(","):
                break
        self.want(";")

    def define(self):
        word = self.take().word
        name = self.identifier()
        if name.word in self.routines:
            raise Wrong(name.line, "%s stands here twice" % name.text)
        self.routine = routine = Routine(name.text, name.line, word == "функция")
        self.routines[name.word] = routine
        self.want("(")
        while not self.is_word(")"):
            self.skip("знач")
            parameter = self.identifier()
            default = bool(self.skip("="))
            if default:
                self.expression()
            routine.parameters.append((parameter.word, default))
            routine.locals[parameter.word] = parameter.line
            if not self.is_word(")"):
                self.want(",")
        self.want(")")
        routine.is_exported = bool(self.skip("экспорт"))
        while self.is_word("перем"):
            self.declare(routine.locals)
        end = "конецфункции" if routine.is_function else "конецпроцедуры"
        self.block((end,))
        self.want(end)
        self.routine = self.body

    # -- statements

    def block(self, ends):
        while self.now.kind != "end" and not self.is_word(*ends):
            if self.skip(";"):
                continue
            if self.is_word("процедура", "функция", "конецпроцедуры", "конецфункции",
                            "конецесли", "конеццикла", "конецпопытки", "иначе", "иначеесли",
                            "исключение"):
                raise Wrong(self.now.line, "%s is wanted, not %r"
                            % (" or ".join(ends) or "the end", self.now.text))
            self.statement()
            if not self.is_word(*ends, ";") and self.now.kind != "end":
                raise Wrong(self.now.line, "; is wanted before %r" % self.now.text)

    def statement(self):
        run = {"если": self.if_, "для": self.for_, "пока": self.while_,
               "попытка": self.try_, "возврат": self.return_, "прервать": self.take,
               "продолжить": self.take, "вызватьисключение": self.raise_}.get(self.now.word)
        if run and self.now.kind == "name":
            run()
        else:
            self.assign_or_call()

    def if_(self):
        self.take()
        self.expression()
        self.want("тогда")
        self.block(("иначеесли", "иначе", "конецесли"))
        while self.skip("иначеесли"):
            self.expression()
            self.want("тогда")
            self.block(("иначеесли", "иначе", "конецесли"))
        if self.skip("иначе"):
            self.block(("конецесли",))
        self.want("конецесли")

    def for_(self):
        self.take()
        each = self.skip("каждого")
        name = self.identifier()
        self.routine.locals[name.word] = name.line
        if each:
            self.want("из")
            self.expression()
        else:
            self.want("=")
            self.expression()
            self.want("по")
            self.expression()
        self.loop()

    def while_(self):
        self.take()
        self.expression()
        self.loop()

    def loop(self):
        self.want("цикл")
        self.block(("конеццикла",))
        self.want("конеццикла")

    def try_(self):
        self.take()
        self.block(("исключение",))
        self.want("исключение")
        self.block(("конецпопытки",))
        self.want("конецпопытки")

    def return_(self):
        line = self.take().line
        if self.is_word(";") or self.is_word("конецпроцедуры", "конецесли"):
            if self.routine.is_function:
                raise Wrong(line, "a function gives a value back")
            return
        if not self.routine.is_function:
            raise Wrong(line, "a procedure gives no value back")
        self.routine.returns.append(self.expression())

    def raise_(self):
        self.take()
        if not self.is_word(";"):
            self.expression()

    def assign_or_call(self):
        target = self.postfix(assigned=True)
        if not self.skip("="):
            if target.kind not in ("call", "member-call"):
                raise Wrong(target.line, "neither a call nor an assignment")
            self.note(target)
            return
        value = self.expression()
        if target.kind == "name":
            name = target.value.lower()
            if name not in self.variables:
                self.routine.locals.setdefault(name, target.line)
            self.routine.values[name] = value
        elif target.kind == "member":
            self.note(target, how="set")
        elif target.kind == "index":
            self.note(target)
        else:
            raise Wrong(target.line, "nothing can be given to a call")

    # -- expressions

    def expression(self):
        node = self.unary()
        while self.is_word(*BINARY):
            sign = self.take()
            node = Node("binary", sign.line, sign.word, [node, self.unary()])
        return node

    def unary(self):
        if self.is_word("не", "-", "+"):
            sign = self.take()
            return Node("unary", sign.line, sign.word, [self.unary()])
        node = self.postfix()
        self.note(node)
        return node

    def primary(self):
        token = self.take()
        if token.kind == "text":
            value = re.sub(r"\n[ \t]*\|", "\n", token.text[1:-1]).replace('""', '"')
            node = Node("text", token.line, value)
            while self.now.kind == "text":  # "a" "b" is one
                node.value += "\n" + self.take().text[1:-1]
            return node
        if token.kind in ("number", "date"):
            return Node(token.kind, token.line, token.text)
        if token.kind == "sign" and token.text == "(":
            node = self.expression()
            self.want(")")
            return Node("group", token.line, "", [node])
        if token.kind == "sign" and token.text == "?":
            arguments = self.arguments()
            if len(arguments) != 3 or None in arguments:
                raise Wrong(token.line, "?(,,) wants three")
            return Node("ternary", token.line, "", arguments)
        if token.kind == "name" and token.word in CONSTANTS:
            return Node("constant", token.line, token.word)
        if token.kind == "name" and token.word == "новый":
            return self.new(token)
        if token.kind != "name" or token.word in KEYWORDS:
            raise Wrong(token.line, "%r is no value" % (token.text or "the end"))
        return Node("name", token.line, token.text)

    def new(self, token):
        name = ""
        if not self.is_word("("):
            name = self.identifier().text
        arguments = self.arguments() if self.is_word("(") else []
        node = Node("new", token.line, name, arguments)
        self.news.append((node, self.routine))
        return node

    def arguments(self):
        """Of a call: nodes, None for what is left out."""
        found = []
        self.want("(")
        if self.skip(")"):
            return found
        while True:
            found.append(None if self.is_word(",", ")") else self.expression())
            if self.want(",", ")").text == ")":
                return found

    def postfix(self, assigned=False):
        node = self.primary()
        while True:
            if self.is_word("(") and node.kind in ("name", "member"):
                kind = "call" if node.kind == "name" else "member-call"
                node = Node(kind, node.line, node.value, [node, *self.arguments()])
            elif self.is_word("."):
                self.take()
                token = self.take()
                if token.kind != "name":
                    raise Wrong(token.line, "a name is wanted behind the point")
                node = Node("member", token.line, token.text, [node])
            elif self.is_word("["):
                self.take()
                node = Node("index", node.line, "", [node, self.expression()])
                self.want("]")
            else:
                return node

    # -- what is used

    def note(self, node, how="get"):
        """All that a chain of points, calls and brackets names."""
        if node.kind == "name":
            self.routine.used.append((node.value.lower(), node.line))
        elif node.kind == "call":
            self.calls.append(Call(node.value, node.arguments, node.line, self.routine))
        elif node.kind in ("member", "member-call"):
            inner = node.parts[0]
            base = inner.parts[0] if node.kind == "member-call" else inner
            if base.kind == "name":
                self.members.append(Member(
                    base.value, node.value, "call" if node.kind == "member-call" else how,
                    node.arguments if node.kind == "member-call" else [], node.line,
                    self.routine))
            self.note(base)
        elif node.kind == "index":
            self.note(node.parts[0])

    # -- what is meant

    def callback(self, node, routine):
        """The names (of the callback, of that for errors) of an expression that is, holds or
        gives a ОписаниеОповещения; None: it is none."""
        for _ in range(4):
            if node is None:
                return None
            if node.kind == "new" and node.value.lower() == "описаниеоповещения":
                texts = [a.value if a and a.kind == "text" else None
                         for a in (node.parts + [None] * 5)[:5]]
                return texts[0], texts[3]
            if node.kind == "name":
                node = routine.values.get(node.value.lower())
            elif node.kind == "call":
                routine = self.routines.get(node.value.lower())
                node = routine.returns[-1] if routine and routine.returns else None
            else:
                return None
        return None

    def check_callback(self, node, routine, n, line):
        names = self.callback(node, routine)
        if not names:
            return [(line, "the first argument is no ОписаниеОповещения")]
        wrong = []
        for name, wanted in ((names[0], n), (names[1], ERROR_CALLBACK)):
            found = self.routines.get((name or "").lower())
            if name is None and wanted == ERROR_CALLBACK:
                continue
            if not found or not found.is_exported:
                wrong.append((line, "there is no exported %s" % name))
            elif not found.takes(wanted):
                wrong.append((line, "%s takes %d parameters, is called with %d"
                              % (name, len(found.parameters), wanted)))
        return wrong

    def check(self, known, functions, modules):
        """known: names of values, functions: of calls, both of the platform and in small
        letters; modules: {name: Module} of other common modules."""
        wrong = []
        for routine in [*self.routines.values(), self.body]:
            wrong += [(line, "%s: nobody gave it a value" % name)
                      for name, line in routine.used
                      if name not in routine.locals and name not in self.variables
                      and name not in known and name not in modules]
        for call in self.calls:
            own = self.routines.get(call.name.lower())
            if own and not own.takes(len(call.arguments)):
                wrong.append((call.line, "%s gets %d arguments" % (call.name,
                                                                  len(call.arguments))))
            elif not own and call.name.lower() not in functions:
                wrong.append((call.line, "%s is not known" % call.name))
            n = PLATFORM_CALLBACKS.get(call.name.lower())
            if n:
                wrong += self.check_callback(call.arguments[0], call.routine, n, call.line)
        for member in self.members:
            other = modules.get(member.of.lower())
            if other:
                found = other.routines.get(member.name.lower())
                if not found or not found.is_exported or not found.takes(len(member.arguments)):
                    wrong.append((member.line, "%s.%s does not fit" % (member.of, member.name)))
        return wrong
