"""What happens before and around a queue: what is known of a contact, where that takes it, and when one is open.

Nothing here decides who gets a contact, and the router knows nothing of it: an app asks, and enqueues what it was told.
"""

from routekit.rules.calendars import AllOpen as AllOpen
from routekit.rules.calendars import AnyOpen as AnyOpen
from routekit.rules.calendars import Calendar as Calendar
from routekit.rules.calendars import OpenHours as OpenHours
from routekit.rules.calendars import OpenReason as OpenReason
from routekit.rules.calendars import OpenState as OpenState
from routekit.rules.calendars import Opposite as Opposite
from routekit.rules.classify import Classification as Classification
from routekit.rules.classify import Classifier as Classifier
from routekit.rules.classify import NeverFires as NeverFires
from routekit.rules.classify import PredicateFailed as PredicateFailed
from routekit.rules.classify import Rule as Rule
from routekit.rules.classify import Tried as Tried
from routekit.rules.expressions import Condition as Condition
from routekit.rules.expressions import Facts as Facts
from routekit.rules.expressions import InvalidCondition as InvalidCondition
from routekit.rules.menu import Choice as Choice
from routekit.rules.menu import Digits as Digits
from routekit.rules.menu import FreeText as FreeText
from routekit.rules.menu import Menu as Menu
from routekit.rules.menu import Prompt as Prompt
from routekit.rules.menu import ValidatorFailed as ValidatorFailed
from routekit.rules.menu_session import InvalidInput as InvalidInput
from routekit.rules.menu_session import MenuEnd as MenuEnd
from routekit.rules.menu_session import MenuEnded as MenuEnded
from routekit.rules.menu_session import MenuOver as MenuOver
from routekit.rules.menu_session import MenuSession as MenuSession
from routekit.rules.menu_session import Prompted as Prompted
from routekit.rules.menu_session import TimedOut as TimedOut
