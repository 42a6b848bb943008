"""A calculator that reads the column "How" of docs/methodology.md."""

import ast
import math
import operator
from collections.abc import Callable
from statistics import NormalDist

TYPED = {"−": "-", "·": "*", "^": "**", "√": "sqrt", "Φ⁻¹": "inv", "¼": "0.25"}
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "ln": math.log,
    "sqrt": math.sqrt,
    "inv": NormalDist().inv_cdf,
}
OPERATORS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def worked_out(how: str) -> float | None:
    """What the line gives; None where it is words, or names numbers that stand elsewhere."""
    typed = how.split(";")[0].split(":")[0]
    for sign, key in TYPED.items():
        typed = typed.replace(sign, key)
    try:
        return _value(ast.parse(typed.strip(), mode="eval").body)
    except (SyntaxError, TypeError):
        return None


def _value(node: ast.AST) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in OPERATORS:
            return OPERATORS[type(sign)](_value(left), _value(right))
        case ast.Call(func=ast.Name(id=name), args=[inner]) if name in FUNCTIONS:
            return FUNCTIONS[name](_value(inner))
    raise TypeError(f"found {type(node).__name__}; wanted arithmetic")
