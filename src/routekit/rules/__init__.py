"""What happens before and around a queue: opening hours, and rules that sort contacts. Only names live here."""

from routekit.rules.calendars import AllOpen as AllOpen
from routekit.rules.calendars import AnyOpen as AnyOpen
from routekit.rules.calendars import Calendar as Calendar
from routekit.rules.calendars import OpenHours as OpenHours
from routekit.rules.calendars import OpenReason as OpenReason
from routekit.rules.calendars import OpenState as OpenState
from routekit.rules.calendars import Opposite as Opposite
