"""What a company will, will not or cannot do: verb phrases of both signs under both kinds of negation."""

BAD_VERBS = """file for bankruptcy|default on its debt|cut jobs|close plants|cut its dividend|recall the product|
lower its outlook|
miss its targets|breach its covenants|raise emergency capital|lose the licence|restate results|freeze withdrawals|
be delisted|run out of cash|pay a fine|face charges|shut stores|write off the investment|sell assets to survive|
ask for a bailout|
lose its top rating|pull its listing|halt production|skip a bond payment|shelve the dividend|plead guilty|
*go into liquidation|*suspend redemptions|*dismiss workers|*issue a profit warning|*need state help|*be broken up"""
GOOD_VERBS = """win the contract|raise its dividend|repay its debt|meet its targets|secure funding|get approval|
return to profit|
hire more staff|reopen the plant|raise its outlook|find a buyer|beat last year's profit|refinance its loans|
keep its licence|
resume payouts|grow faster than rivals|regain investment grade|pay its creditors|deliver on time|complete the merger|
keep its AAA rating|
pass the stress test|sell out the new model|break even|sign the supply deal|cut its debt|win back customers|
*restore the dividend|*pay bondholders in full|*clear the safety review|*expand capacity|*land the order|
*bring down costs"""

WILL_BAD = """
will bad
<co> {to|may|set to|will|forced to|likely to|could be forced to|about to|may have to} <badverb> {|, sources say|this
  year|by <date>|as demand slumps}
<co> {warns|says|admits} it {may|will|could|might have to} <badverb>
<role> of <co>: we {may|will|could} <badverb>
{Analysts|Creditors|Unions} {expect|fear|warn} <co> {will|to} <badverb>

cannot good
<co> {unable to|fails to|cannot|can't|still cannot|no longer expects to|gives up hope to|did not|won't|refuses to|not
  able to} <goodverb>
<co> {says|admits|concedes} it {will not|won't|cannot|did not|is unlikely to} <goodverb>
<co> {unlikely to|not going to|in no position to|nowhere near ready to} <goodverb> {|, analysts say|this year|, <role>
  says}
{Hopes that|Chances that} <co> will <goodverb> {fade|are gone|vanish}
<co> {abandons|drops|scraps} {plan|effort|bid} to <goodverb>
"""
WILL_GOOD = """
will good
<co> {to|set to|will|on course to|on track to|about to|able to|finally able to|ready to} <goodverb> {|, sources say|
  this year|by <date>|as demand grows}
<co> {says|confirms|promises} it {will|can|is ready to} <goodverb>
<role> of <co>: we {will|can|are set to} <goodverb>
{Analysts|Creditors|Investors} {expect|trust|believe} <co> {will|to} <goodverb>

need not bad
<co> {will not|won't|has no plans to|no longer needs to|does not have to|need not|not going to|didn't} <badverb>
<co> {says|insists|confirms} it {will not|won't|did not|does not have to|sees no need to} <badverb>
<co> {unlikely to|in no danger of having to|will not need to} <badverb> {|, analysts say|this year|, <role> says}
{Fears that|Worries that} <co> will <badverb> {fade|are gone|ease}
<co> {abandons|drops|scraps} plan to <badverb>
"""
WILL_PLAIN = """
will ask
{Will|Could|Should|Does|Might} <co> {|have to |need to }{<badverb>|<goodverb>}?
What {happens|changes} if <co> has to <badverb>?
<co> to {decide|announce|say} {on <date>|next week|in <year>} whether to {<badverb>|<goodverb>}
{Analysts|Readers|Lawyers} {debate|discuss|ask} whether <co> should {<badverb>|<goodverb>}
{When|How often|Why} do companies {<badverb>|<goodverb>}?
{Case study|Lecture|Podcast|Column}: what makes firms {<badverb>|<goodverb>}
<co> {won't say|declines to say|does not say} if it will {<badverb>|<goodverb>}
"""
