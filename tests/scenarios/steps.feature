Feature: What changes for a caller while they wait
  A queue has one timeline. It asks for less as time goes by, lets others help, moves a caller on, or tells them something.

  Scenario: Nobody speaks French, so after a minute anybody will do
    Given a queue "support"
    And in "support" after 60 seconds the need for "french" is dropped
    And ann works in "support"
    When a call "c-1" that needs "french" comes in for "support"
    And 59 seconds pass
    Then nobody is offered "c-1"
    When 1 second passes
    Then "c-1" is offered to ann

  Scenario: The second ring of agents helps out after half a minute
    Given a queue "support" that only agents up to tier 1 may take
    And in "support" after 30 seconds agents up to tier 2 may help
    And bob works in "support" as tier 2
    When a call "c-1" comes in for "support"
    Then nobody is offered "c-1"
    When 30 seconds pass
    Then "c-1" is offered to bob

  Scenario: Another queue's agents help, and the place is kept
    Given a queue "support"
    And a queue "sales"
    And in "support" after 20 seconds agents of "sales" may help
    And eve works in "sales"
    When a call "c-1" comes in for "support"
    And 20 seconds pass
    Then "c-1" is offered to eve through "sales"
    When eve declines "c-1"
    Then "c-1" waits in "support" at place 1

  Scenario: Help is asked for only if nobody here is free
    Given a queue "support"
    And a queue "sales"
    And in "support" after 20 seconds agents of "sales" may help, if agents_available is at most 0
    And ann works in "support" and speaks "english"
    And eve works in "sales"
    When a call "c-1" that needs "french" comes in for "support"
    And 20 seconds pass
    Then nobody is offered "c-1"
    And the step of "c-1" was skipped because of "condition"

  Scenario: A caller who has waited long is moved, and keeps the time that they have waited
    Given a queue "support"
    And a queue "overflow"
    And in "support" after 120 seconds the contact moves to "overflow"
    When a call "c-1" comes in for "support"
    And 130 seconds pass
    And a call "c-2" comes in for "overflow"
    Then "c-1" waits in "overflow" at place 1
    And "c-2" waits in "overflow" at place 2

  Scenario: A callback is suggested, and a caller is told where they are
    Given a queue "support"
    And in "support" after 30 seconds "you-are-number" is announced
    And in "support" after 60 seconds a callback is suggested
    When a call "c-1" comes in for "support"
    And 30 seconds pass
    Then "you-are-number" was announced to "c-1" at place 1
    When 30 seconds pass
    Then a callback was suggested to "c-1"
    And "c-1" waits in "support" at place 1

  Scenario: Whoever waits long becomes more urgent
    Given a queue "support"
    And in "support" after 60 seconds the priority rises by 5
    When a call "c-1" comes in for "support"
    And 50 seconds pass
    And a call "c-2" with priority 2 comes in for "support"
    Then "c-2" waits in "support" at place 1
    When 10 seconds pass
    Then "c-1" waits in "support" at place 1
