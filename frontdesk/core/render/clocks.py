"""By which clock people of a locale read the time: what CLDR says, written down.

Babel takes 30 ms to answer it for one locale, and the first screen waits for the answer.
"""

from __future__ import annotations

_TWELVE = """
aa_DJ aa_ER aa_ET af_NA ak_GH am_ET ar_001 ar_AE ar_BH ar_DJ ar_DZ ar_EG ar_EH ar_ER ar_IQ ar_JO ar_KW ar_LB
ar_LY ar_MR ar_OM ar_PS ar_QA ar_SA ar_SD ar_SO ar_SS ar_SY ar_TD ar_TN ar_YE as_IN bal_Arab bal_Arab_PK
bal_Latn bal_Latn_PK bem_ZM bgc_IN bho_IN bn_BD bn_IN bo_IN brx_IN byn_ER cad_US ccp_BD ccp_IN ceb_PH chr_US
cic_US ckb_IQ csw_CA doi_IN dz_BT ee_GH el_CY el_GR el_POLYTON en_001 en_AE en_AG en_AS en_AU en_BB en_BM en_BS
en_CA en_CY en_DM en_ER en_FJ en_FM en_GD en_GH en_GM en_GU en_GY en_HK en_IN en_JM en_KI en_KN en_KY en_LC
en_LR en_LS en_MH en_MO en_MP en_MW en_MY en_NA en_NZ en_PG en_PH en_PK en_PR en_PW en_SB en_SD en_SG en_SL
en_SS en_SZ en_TC en_TO en_TT en_UM en_US en_US_POSIX en_VC en_VG en_VI en_VU en_WS en_ZM es_419 es_AR es_BO
es_CL es_CO es_CR es_CU es_DO es_EC es_GT es_HN es_MX es_NI es_PA es_PE es_PH es_PR es_PY es_SV es_US es_UY
es_VE ff_Adlm_GH ff_Adlm_GM ff_Adlm_LR ff_Adlm_MR ff_Adlm_SL ff_Latn_GH ff_Latn_GM ff_Latn_LR ff_Latn_MR
ff_Latn_SL fil_PH fr_DJ fr_DZ fr_MR fr_SY fr_TD fr_TN fr_VU gaa_GH gez_ER gez_ET gu_IN ha_GH haw_US hi_IN
hi_Latn hi_Latn_IN iu_CA kab_DZ km_KH kn_IN ko_KP ko_KR kok_Deva kok_Deva_IN kok_Latn kok_Latn_IN kpe_LR ks_Arab
ks_Arab_IN ks_Deva ks_Deva_IN kxv_Deva kxv_Deva_IN kxv_Latn kxv_Latn_IN kxv_Orya kxv_Orya_IN kxv_Telu
kxv_Telu_IN lkt_US lrc_IQ mai_IN mi_NZ mic_CA ml_IN mni_Beng mni_Beng_IN mni_Mtei mni_Mtei_IN moh_CA mr_IN
ms_Arab ms_Arab_BN ms_Arab_MY ms_BN ms_MY ms_SG mus_US naq_NA ne_IN nus_SS ny_MW om_ET or_IN osa_US pa_Arab
pa_Arab_PK pa_Guru pa_Guru_IN ps_PK pt_MO qu_BO qu_EC qu_PE raj_IN rhg_Rohg_BD sa_IN sat_Deva sat_Deva_IN
sat_Olck sat_Olck_IN sd_Arab sd_Arab_PK sd_Deva sd_Deva_IN sid_ET so_DJ so_ET so_SO sq_AL ss_SZ ssy_ER st_LS
syr_IQ syr_SY ta_IN ta_MY ta_SG te_IN ti_ER ti_ET tig_ER to_TO tpi_PG tr_CY trv_TW trw_PK ur_IN ur_PK vai_Latn
vai_Latn_LR vai_Vaii vai_Vaii_LR wal_ET xnr_IN yrl_CO yrl_VE yue_Hant yue_Hant_HK yue_Hant_MO zh_Hans_HK
zh_Hans_MO zh_Hans_MY zh_Hans_SG zh_Hant_HK zh_Hant_MO zh_Hant_MY
"""
_TWENTY_FOUR = """
ab_GE af_ZA agq_CM an_ES ann_NG apc_SY ar_IL ar_KM ar_MA arn_CL asa_TZ ast_ES az_Arab az_Arab_IQ az_Arab_IR
az_Arab_TR az_Cyrl az_Cyrl_AZ az_Latn az_Latn_AZ ba_RU bas_CM be_BY be_TARASK bew_ID bez_TZ bg_BG bgn_AE bgn_AF
bgn_IR bgn_OM bgn_PK blo_BJ blt_VN bm_ML bm_Nkoo bm_Nkoo_ML bo_CN br_FR bs_Cyrl bs_Cyrl_BA bs_Latn bs_Latn_BA
bss_CM ca_AD ca_ES ca_ES_VALENCIA ca_FR ca_IT cch_NG ce_RU cgg_UG cho_US ckb_IR co_FR cop_EG cs_CZ cu_RU cv_RU
cy_GB da_DK da_GL dav_KE de_AT de_BE de_CH de_DE de_IT de_LI de_LU dje_NE dsb_DE dua_CM dv_MV dyo_SN ebu_KE
ee_TG en_150 en_AI en_AT en_BE en_BI en_BW en_BZ en_CC en_CH en_CK en_CM en_CX en_CZ en_DE en_DG en_DK en_Dsrt
en_Dsrt_US en_ES en_FI en_FK en_FR en_GB en_GG en_GI en_GS en_HU en_ID en_IE en_IL en_IM en_IO en_IT en_JE en_KE
en_MG en_MS en_MT en_MU en_MV en_NF en_NG en_NL en_NO en_NR en_NU en_PL en_PN en_PT en_RO en_RW en_SC en_SE
en_SH en_SI en_SK en_SX en_Shaw en_Shaw_GB en_TK en_TV en_TZ en_UG en_ZA en_ZW eo_001 es_BR es_BZ es_EA es_ES
es_GQ es_IC et_EE eu_ES ewo_CM fa_AF fa_IR ff_Adlm ff_Adlm_BF ff_Adlm_CM ff_Adlm_GN ff_Adlm_GW ff_Adlm_NE
ff_Adlm_NG ff_Adlm_SN ff_Latn ff_Latn_BF ff_Latn_CM ff_Latn_GN ff_Latn_GW ff_Latn_NE ff_Latn_NG ff_Latn_SN fi_FI
fo_DK fo_FO fr_BE fr_BF fr_BI fr_BJ fr_BL fr_CA fr_CD fr_CF fr_CG fr_CH fr_CI fr_CM fr_FR fr_GA fr_GF fr_GN
fr_GP fr_GQ fr_HT fr_KM fr_LU fr_MA fr_MC fr_MF fr_MG fr_ML fr_MQ fr_MU fr_NC fr_NE fr_PF fr_PM fr_RE fr_RW
fr_SC fr_SN fr_TG fr_WF fr_YT frr_DE fur_IT fy_NL ga_GB ga_IE gd_GB gl_ES gn_PY gsw_CH gsw_FR gsw_LI guz_KE
gv_IM ha_Arab ha_Arab_NG ha_Arab_SD ha_NE ha_NG he_IL hnj_Hmnp hnj_Hmnp_US hr_BA hr_HR hsb_DE ht_HT hu_HU hy_AM
ia_001 id_ID ie_EE ig_NG ii_CN io_001 is_IS it_CH it_IT it_SM it_VA iu_Latn iu_Latn_CA ja_JP jbo_001 jgo_CM
jmc_TZ jv_ID ka_GE kaa_Cyrl kaa_Cyrl_UZ kaa_Latn kaa_Latn_UZ kaj_NG kam_KE kcg_NG kde_TZ kea_CV ken_CM kgp_BR
khq_ML ki_KE kk_Arab kk_Arab_CN kk_Cyrl kk_Cyrl_KZ kk_KZ kkj_CM kl_GL kln_KE ko_CN kpe_GN ksb_TZ ksf_CM ksh_DE
ku_TR kw_GB ky_KG la_VA lag_TZ lb_LU lg_UG lij_IT lld_IT lmo_IT ln_AO ln_CD ln_CF ln_CG lo_LA lrc_IR lt_LT
ltg_LV lu_CD luo_KE luy_KE lv_LV mas_KE mas_TZ mdf_RU mer_KE mfe_MU mg_MG mgh_MZ mgo_CM mhn_IT mk_MK mn_MN
mn_Mong mn_Mong_CN mn_Mong_MN ms_ID mt_MT mua_CM my_MM myv_RU mzn_IR nb_NO nb_SJ nd_ZW nds_DE nds_NL ne_NP nl_AW
nl_BE nl_BQ nl_CW nl_NL nl_SR nl_SX nmg_CM nn_NO nnh_CM nqo_GN nr_ZA nso_ZA nv_US nyn_UG oc_ES oc_FR om_KE os_GE
os_RU pap_AW pap_CW pcm_NG pis_SB pl_PL prg_PL ps_AF pt_AO pt_BR pt_CH pt_CV pt_GQ pt_GW pt_LU pt_MZ pt_PT pt_ST
pt_TL quc_GT rhg_Rohg rhg_Rohg_MM rif_MA rm_CH rn_BI ro_MD ro_RO rof_TZ ru_BY ru_KG ru_KZ ru_MD ru_RU ru_UA
rw_RW rwk_TZ sah_RU saq_KE sbp_TZ sc_IT scn_IT sdh_IQ sdh_IR se_FI se_NO se_SE seh_MZ ses_ML sg_CF shi_Latn
shi_Latn_MA shi_Tfng shi_Tfng_MA shn_MM shn_TH si_LK sk_SK skr_PK sl_SI sma_NO sma_SE smj_NO smj_SE smn_FI
sms_FI sn_ZW so_KE sq_MK sq_XK sr_Cyrl sr_Cyrl_BA sr_Cyrl_ME sr_Cyrl_RS sr_Cyrl_XK sr_Latn sr_Latn_BA sr_Latn_ME
sr_Latn_RS sr_Latn_XK ss_ZA st_ZA su_Latn su_Latn_ID sv_AX sv_FI sv_SE sw_CD sw_KE sw_TZ sw_UG szl_PL ta_LK
teo_KE teo_UG tg_TJ th_TH tk_TM tn_BW tn_ZA tok_001 tr_TR ts_ZA tt_RU twq_NE tyv_RU tzm_MA ug_CN uk_UA uz_Arab
uz_Arab_AF uz_Cyrl uz_Cyrl_UZ uz_Latn uz_Latn_UZ ve_ZA vec_IT vi_VN vmw_MZ vo_001 vun_TZ wa_BE wae_CH wbp_AU
wo_SN xh_ZA xog_UG yav_CM yi_UA yo_BJ yo_NG yrl_BR yue_Hans yue_Hans_CN yue_Hant_CN za_CN zgh_MA zh_Hans
zh_Hans_CN zh_Hant zh_Hant_TW zh_Latn zh_Latn_CN zu_ZA
"""

TWELVE_HOURS = frozenset(_TWELVE.split())
"""Those who write `2:30 PM`."""
TWENTY_FOUR_HOURS = frozenset(_TWENTY_FOUR.split())
"""Those who write `14:30`."""
