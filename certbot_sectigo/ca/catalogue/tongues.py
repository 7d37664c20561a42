"""What operating systems say in other languages, where their sentence is an errno's.

The C library's messages and those of Windows' sockets, as translated there. They are said by
any program, so they count only where ACME is spoken of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from certbot_sectigo.ca.catalogue.tongues_libc import OF_LIBC

OF_SYSTEMS: Mapping[str, tuple[str, ...]] = {
    "ca-connect-timeout": (
        "gegenstelle nach einer bestimmten zeit",
        "wartezeit f\u00fcr die verbindung ist abgelaufen",
        "zeit\u00fcberschreitung der verbindung", "zeit\u00fcberschreitung bei der verbindung",
        "parti connect\u00e9 n'a pas r\u00e9pondu",
        "connexion termin\u00e9e par expiration", "expiration du d\u00e9lai d",
        "parte conectada no respondi\u00f3", "expir\u00f3 el tiempo de conexi\u00f3n",
        "parte connessa non ha risposto", "connessione scaduta",
        "componente conectado n\u00e3o respondeu", "tempo esgotado para conex\u00e3o",
        "verbonden partij na bepaalde tijd", "\u8fde\u63a5\u8d85\u65f6", "\u9023\u7dda\u903e\u6642",
        "\u8fde\u63a5\u65b9\u5728\u4e00\u6bb5\u65f6\u95f4\u540e\u6ca1\u6709",
        "\u0432\u0440\u0435\u043c\u044f \u043e\u0436\u0438\u0434\u0430\u043d\u0438\u044f",
    ),
    "ca-unreachable": (
        "zielcomputer die verbindung verweigerte", "verbindungsaufbau abgelehnt",
        "server kann nicht hergestellt werden",
        "connexion refus\u00e9e",
        "express\u00e9ment refus\u00e9e",
        "impossible de se connecter au serveur distant", "conexi\u00f3n rehusada",
        "deneg\u00f3 expresamente dicha conexi\u00f3n", "conectar con el servidor remoto",
        "connessione rifiutata", "conex\u00e3o recusada", "verbinding is geweigerd",
        "\u8fde\u63a5\u88ab\u62d2\u7edd", "\u62d2\u7edd\u8fde\u63a5", "\u79ef\u6781\u62d2\u7edd",
        "\u65e0\u6cd5\u8fde\u63a5\u5230\u8fdc\u7a0b\u670d\u52a1\u5668",
        "\u0432 \u0441\u043e\u0435\u0434\u0438\u043d\u0435\u043d\u0438\u0438 \u043e\u0442",
    ),
    "ca-name-resolution": (
        "remotename konnte nicht aufgel\u00f6st werden", "name oder der dienst ist nicht bekannt",
        "host ist unbekannt", "fehler bei der namensaufl\u00f6sung", "nom ou service inconnu",
        "nom distant n'a pas pu \u00eatre r\u00e9solu",
        "resolver el nombre remoto", "nombre o servicio desconocido",
        "nome o servizio sconosciuto", "nome ou servi\u00e7o desconhecido",
        "\u672a\u80fd\u89e3\u6790\u6b64\u8fdc\u7a0b\u540d\u79f0",
        "\u4e0d\u77e5\u9053\u8fd9\u6837\u7684\u4e3b\u673a",
        "\u672a\u77e5\u7684\u540d\u79f0\u6216\u670d\u52a1",
        "\u540d\u79f0\u89e3\u6790\u6682\u65f6\u5931\u8d25",
        "\u0438\u043c\u044f \u0438\u043b\u0438 \u0441\u043b\u0443\u0436\u0431\u0430",
    ),
    "ca-certificate": (
        "keine vertrauensstellung hergestellt", "tablir une relation de confiance pour le canal",
        "establecer una relaci\u00f3n de confianza para el canal",
        "relazione di trust per il canale", "rela\u00e7\u00e3o de confian\u00e7a para o canal",
        "vertrouwensrelatie tot stand", "\u5efa\u7acb\u4fe1\u4efb\u5173\u7cfb",
    ),
    "ca-tls-handshake": (
        "tls-kanal konnte nicht erstellt werden",
        "impossible de cr\u00e9er un canal s\u00e9curis\u00e9", "un canal seguro ssl/tls",
        "canale sicuro ssl/tls", "um canal seguro para ssl/tls",
        "\u521b\u5efa ssl/tls \u5b89\u5168\u901a\u9053",
    ),
    "permission": (
        "keine berechtigung", "zugriff verweigert", "zugriff wurde verweigert",
        "permission non accord\u00e9e", "acc\u00e8s refus\u00e9", "est refus\u00e9",
        "permiso denegado", "acceso denegado", "permesso negato", "accesso negato",
        "permiss\u00e3o negada", "acesso negado", "toegang geweigerd",
        "\u6743\u9650\u4e0d\u591f", "\u62d2\u7edd\u8bbf\u95ee", "\u8bbf\u95ee\u88ab\u62d2\u7edd",
        "\u043e\u0442\u043a\u0430\u0437\u0430\u043d\u043e \u0432 \u0434\u043e\u0441\u0442",
    ),
    "disk-full": (
        "kein speicherplatz", "gen\u00fcgend speicherplatz", "aucun espace disponible",
        "espace insuffisant", "no queda espacio en el dispositivo", "spazio esaurito",
        "n\u00e3o h\u00e1 espa\u00e7o dispon\u00edvel",
        "\u8bbe\u5907\u4e0a\u6ca1\u6709\u7a7a\u95f4",
        "\u78c1\u76d8\u7a7a\u95f4\u4e0d\u8db3",
        "\u0443\u0441\u0442\u0440\u043e\u0439\u0441\u0442\u0432\u0435 \u043d\u0435 \u043e",
    ),
    "port-taken": (
        "adresse wird bereits verwendet", "adresse d\u00e9j\u00e0 utilis\u00e9e",
        "direcci\u00f3n ya se est\u00e1 usando", "indirizzo gi\u00e0 in uso",
        "endere\u00e7o j\u00e1 em uso", "\u5730\u5740\u5df2\u88ab\u4f7f\u7528",
        "\u5730\u5740\u5df2\u5728\u4f7f\u7528",
        "\u0430\u0434\u0440\u0435\u0441 \u0443\u0436\u0435 \u0438\u0441\u043f\u043e\u043b",
    ),
    "files-failed": (
        "datei oder verzeichnis nicht gefunden", "aucun fichier ou dossier de ce",
        "no existe el archivo o el directorio", "no existe el fichero o el directorio",
        "file o directory non esistente", "arquivo ou diret\u00f3rio inexistente",
        "ficheiro ou pasta inexistente", "\u6ca1\u6709\u90a3\u4e2a\u6587\u4ef6\u6216\u76ee\u5f55",
        "\u043d\u0435\u0442 \u0442\u0430\u043a\u043e\u0433\u043e \u0444\u0430\u0439\u043b\u0430",
    ),
}  # fmt: skip
"""Key of an entry -> what means it, in lower case."""
_SENTENCES = tuple((key, sentence) for key, of in OF_SYSTEMS.items() for sentence in of)
_MOST_SPOTS = 50
_WORD = re.compile(r"\w+")
_UNBROKEN = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
"""Letters of scripts in which sentences have no blanks, or words have endings."""


def said(text: str) -> Iterator[tuple[str, int, int]]:
    """Find such sentences in a text; give the key of an entry and where it stands."""
    small = text.lower().replace("\u2019", "'")
    if len(small) != len(text):  # places would not be the same
        return
    for key, sentence in (*_SENTENCES, *_of_libc(small)):
        at = small.find(sentence)
        for _ in range(_MOST_SPOTS):
            if at < 0:
                break
            yield key, at, at + len(sentence)
            at = small.find(sentence, at + 1)


def _of_libc(small: str) -> Iterator[tuple[str, str]]:
    """Return the sentences of the C library that may stand in a text: one word of each does."""
    by_word, unbroken = _by_word()
    for word in dict.fromkeys(_WORD.findall(small)):
        yield from by_word.get(word, ())
    if not small.isascii() and _UNBROKEN.search(small):
        yield from unbroken


@lru_cache(maxsize=1)
def _by_word() -> tuple[Mapping[str, list[tuple[str, str]]], list[tuple[str, str]]]:
    """Return the C library's sentences by their longest word, and those that have no blanks."""
    found: dict[str, list[tuple[str, str]]] = {}
    unbroken = []
    for key, sentences in OF_LIBC.items():
        for sentence in sentences:
            if _UNBROKEN.search(sentence):
                unbroken.append((key, sentence))
            else:
                found.setdefault(max(_WORD.findall(sentence), key=len), []).append((key, sentence))
    return found, unbroken
