Feature: The agent who knows the customer
  A contact can be meant for somebody. It waits for them a while, and not for ever.

  Scenario: The personal manager is on the phone, and is waited for
    Given a queue "loans" where known agents are waited for 30 seconds
    And ann works in "loans"
    And bob works in "loans"
    When a call "c-1" for ann comes in for "loans"
    And ann accepts "c-1"
    And a call "c-2" for ann comes in for "loans"
    Then nobody is offered "c-2"
    And bob is not offered "c-2" because of "reserved"
    When 10 seconds pass
    And ann finishes "c-1"
    Then "c-2" is offered to ann

  Scenario: After half a minute somebody else has to do
    Given a queue "loans" where known agents are waited for 30 seconds
    And ann works in "loans"
    And bob works in "loans"
    When a call "c-1" for ann comes in for "loans"
    And ann accepts "c-1"
    And a call "c-2" for ann comes in for "loans"
    And 30 seconds pass
    Then "c-2" is offered to bob

  Scenario: The manager is away, so nobody waits for them
    Given a queue "loans" where known agents are waited for 30 seconds
    And ann works in "loans"
    And bob works in "loans"
    When ann goes away
    And a call "c-1" for ann comes in for "loans"
    Then "c-1" is offered to bob

  Scenario: The manager is at lunch, and this customer waits for them all the same
    Given a queue "loans" where known agents are waited for 600 seconds, also while they are away
    And ann works in "loans"
    And bob works in "loans"
    When ann goes away
    And a call "c-1" for ann comes in for "loans"
    Then nobody is offered "c-1"
    When 120 seconds pass
    And ann comes back
    Then "c-1" is offered to ann

  Scenario: The manager declines
    Given a queue "loans" where known agents are waited for 30 seconds
    And ann works in "loans"
    And bob works in "loans"
    When a call "c-1" for ann comes in for "loans"
    And ann declines "c-1"
    Then "c-1" is offered to bob

  Scenario: A customer who calls again gets the agent they had
    Given a queue "support" where customers come back to their agent within 3600 seconds
    And ann works in "support"
    And bob works in "support"
    When a call "c-1" of customer "cust-7" comes in for "support"
    And ann accepts "c-1"
    And 60 seconds pass
    And ann finishes "c-1"
    And 600 seconds pass
    And a call "c-2" of customer "cust-7" comes in for "support"
    Then "c-2" is offered to ann

  Scenario: The CRM knows whose customer it is
    Given the CRM says that "cust-7" is bob's
    And a queue "support" where known agents are waited for 30 seconds
    And ann works in "support"
    And bob works in "support"
    When a call "c-1" of customer "cust-7" comes in for "support"
    Then "c-1" is offered to bob
