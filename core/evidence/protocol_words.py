"""The protocols in words: how data was split, and what the model could see."""

PROTOCOLS = {
    "seed": "windows split at random, the machine's position among the inputs: as published, and it flatters",
    "run": "whole runs held out, side channels only",
    "blind": "whole runs held out, no ambient channel, no level of a run; that boards are absent still shows",
    "program": "one program held out, no ambient channel, no level of a run; that boards are absent still shows",
}
